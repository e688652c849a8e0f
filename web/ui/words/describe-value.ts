// Describes a value of a mapping in one line: its columns, and the steps that are applied to it.
import type { Condition, MappedValue, Value } from "../../../contract/mapping/mapping.ts";
import { t, tn } from "../../texts/t.ts";
import { allOf, anyOf, quoted } from "./quote.ts";

/** Maximum number of entries of a value map that a line shows. */
const SHOWN_ENTRIES = 5;

export function describeValue(value: Value): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return firstOf(value);
  return [sourceOf(value), ...describeSteps(value)].filter((part) => part !== "").join("; ");
}

const firstOf = (sources: (string | MappedValue)[]): string =>
  sources.map(describePart).join(t("profiles.words.or_if_blank"));

/** Describes one source of a value with several sources. A source with steps of its own is put in parentheses. */
function describePart(source: string | MappedValue): string {
  const text = describeValue(source);
  return typeof source === "string" || isPlain(source) ? text : `(${text})`;
}

const isPlain = ({ from, ...steps }: MappedValue): boolean =>
  Object.keys(steps).length === (steps.const === undefined ? 0 : 1) && (from === undefined || typeof from === "string");

function sourceOf({ from, const: constant, group, join, need, all }: MappedValue): string {
  if (group !== undefined) return t(`profiles.words.of_group.${group}`);
  if (from === undefined) return constant === undefined ? "" : quoted(constant);
  if (typeof from === "string") return all === true ? t("profiles.words.all", { columns: from }) : from;
  const parts = from.map(describePart);
  if (join !== undefined) {
    const joined =
      join === ""
        ? t("profiles.words.joined_directly", { columns: allOf(parts) })
        : t("profiles.words.joined", { columns: allOf(parts), text: quoted(join) });
    return need === "all" ? `${joined}${t("profiles.words.need_all")}` : joined;
  }
  return all === true ? t("profiles.words.all", { columns: allOf(parts) }) : firstOf(from);
}

/** The steps of a value in the order in which they are applied. */
export function describeSteps(value: MappedValue): string[] {
  const { strip_html, trim, replace, split, like, map, number, scale, date, yes_no, prefix, suffix, list } = value;
  return [
    ...(value.over === "group" ? [t("profiles.words.over_group")] : []),
    ...when(value.without, (texts) => t("profiles.words.pair_without", { texts: anyOf(texts.map(quoted)) })),
    ...when(value.if, (condition) => t("profiles.words.if", { condition: describeCondition(condition) })),
    ...when(value.unless, (condition) => t("profiles.words.unless", { condition: describeCondition(condition) })),
    ...(strip_html === true ? [t("profiles.words.strip_html")] : []),
    ...(trim === true ? [t("profiles.words.trim")] : []),
    ...(replace ?? []).map(([old, text]) => t("profiles.words.replace", { old: quoted(old), text: quoted(text) })),
    ...when(value.case, (letters) => t(`profiles.words.${letters}`)),
    ...when(split, (text) => t("profiles.words.split", { text: quoted(text) })),
    ...when(like, (text) => t("profiles.words.like", { text: quoted(text) })),
    ...when(map, describeMap),
    ...when(value.else, (action) => t(`profiles.words.else.${action}`)),
    ...when(number, (sample) => t("profiles.words.number", { sample })),
    ...when(scale, (digits) => t("profiles.words.scale", { digits: digits > 0 ? `+${digits}` : String(digits) })),
    ...when(date, (sample) => t("profiles.words.date", { sample })),
    ...when(yes_no, ({ yes, no }) => t("profiles.words.yes_no", { yes: wordsOf(yes), no: wordsOf(no) })),
    ...when(value.lookup, (table) => t("profiles.words.lookup", { table })),
    ...when(prefix, (text) => t("profiles.words.prefix", { text: quoted(text) })),
    ...when(suffix, (text) => t("profiles.words.suffix", { text: quoted(text) })),
    ...when(list, (isList) => t(isList ? "profiles.words.list" : "profiles.words.no_list")),
    ...when(value.default, (text) => t("profiles.words.default", { text: quoted(text) })),
  ];
}

function when<Given>(given: Given | undefined, describe: (given: Given) => string): string[] {
  return given === undefined ? [] : [describe(given)];
}

const wordsOf = (words: readonly string[]): string => (words.length === 0 ? t("ui.none") : anyOf(words.map(quoted)));

function describeMap(map: Record<string, string>): string {
  const entries = Object.entries(map);
  const shown = entries.slice(0, SHOWN_ENTRIES).map(([from, to]) => `${quoted(from)} → ${quoted(to)}`);
  const more = entries.length - shown.length;
  const words = t("profiles.words.map", { entries: shown.join(", ") });
  return more > 0 ? `${words} ${tn("profiles.words.more", more)}` : words;
}

export function describeCondition({ blank, of, is, not, like, any }: Condition): string {
  if (any !== undefined) return any.map(describeCondition).join(t("profiles.words.or"));
  const parts = [
    ...when(blank, (columns) => describeBlank([columns].flat())),
    ...when(is, (texts) => t("profiles.words.is", { value: subjectOf(of), texts: textsOf(texts) })),
    ...when(not, (texts) => t("profiles.words.is_not", { value: subjectOf(of), texts: textsOf(texts) })),
    ...when(like, (text) => t("profiles.words.is_like", { value: subjectOf(of), text: quoted(text) })),
  ];
  return allOf(parts);
}

const describeBlank = (columns: readonly string[]): string =>
  tn("profiles.words.is_blank", columns.length, { columns: allOf(columns) });
const subjectOf = (of: Value | undefined): string => (of === undefined ? "" : describeValue(of));
const textsOf = (texts: string | string[]): string => anyOf([texts].flat().map(quoted));
