// Evaluates the values of a mapping as simply as possible, for one row at a time. This code supports the part of the mapping language that
// mapped-arbitraries.ts generates, and shares no code with src/imports/mapping.
import type { MappedValue, Value } from "../../contract/mapping/mapping.ts";
import type { RejectCode } from "../../contract/imports/imports.ts";

/** The result of a value whose cell contains a marker for erasing (statement `empty`): the product loses the value. */
export const ERASED = Symbol("erased");
/** `undefined`: the file has no column for the value. `null`: the value of this row is blank. */
export type Result = string | string[] | null | undefined | typeof ERASED;

export class Fault extends Error {
  readonly code: RejectCode;

  constructor(code: RejectCode) {
    super(code);
    this.code = code;
  }
}

/** Thrown if a value map with `else: hold` does not contain the text of a cell. */
export class Unseen extends Error {}

export interface ModelRow {
  header: readonly string[];
  cells: readonly string[];
  markers: readonly string[];
  /** The text that each placeholder matched in the most recent use of a template (`like`); undefined if the template did not match. */
  holes?: Record<string, string> | undefined;
}

export interface Scope {
  trim: boolean;
  /** The number that replaces `{n}` in names of columns. */
  number?: string | undefined;
}

const isBlank = (text: string): boolean => text.trim() === "";
const compared = (text: string): string => text.trim().toLowerCase();

/** The indexes of the columns with this name or pattern. Columns that match `{n}` are sorted by their number. */
export function columnsOf(header: readonly string[], name: string): number[] {
  const wanted = compared(name);
  const exact = header.findIndex((column) => compared(column) === wanted);
  if (exact !== -1) return [exact];
  if (!/\{n\}|\*/.test(wanted)) return [];
  return numbered(header, name).map(({ column }) => column);
}

/** The columns that match a pattern, with the number that `{n}` matches. */
export function numbered(header: readonly string[], pattern: string): { column: number; number: string }[] {
  const source = compared(pattern)
    .replace(/[.+?^$()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replace("{n}", "(\\d+)");
  return header
    .flatMap((column, index) => {
      const match = new RegExp(`^${source}$`).exec(compared(column));
      return match === null ? [] : [{ column: index, number: match[1] ?? "" }];
    })
    .sort((a, b) => Number(a.number) - Number(b.number));
}

const membersOf = (value: Value): MappedValue =>
  typeof value === "string" || Array.isArray(value) ? { from: value } : value;

export function evaluate(row: ModelRow, value: Value, scope: Scope): Result {
  const members = membersOf(value);
  const trim = members.trim ?? (scope.trim || members.join !== undefined);
  let result = sourceOf(row, members, { ...scope, trim });
  if (result === ERASED) return ERASED;
  if (result === undefined && members.default === undefined) return undefined;
  result = withSteps(row, result ?? null, members);
  if (result === null && members.default !== undefined && members.default !== "") result = members.default;
  if (result === null || members.list === undefined) return result;
  if (members.list) return typeof result === "string" ? [result] : result;
  return typeof result === "string" ? result : (result[0] ?? null);
}

function sourceOf(row: ModelRow, members: MappedValue, scope: Scope): Result {
  if (members.const !== undefined) return isBlank(members.const) ? null : members.const;
  if (members.from === undefined) return undefined;
  const sources = typeof members.from === "string" ? [members.from] : members.from;
  const results: Exclude<Result, undefined>[] = [];
  let lacks = false;
  const found = sources.flatMap((source): (() => Result)[] => {
    if (typeof source !== "string") return [() => evaluate(row, source, scope)];
    const name = scope.number === undefined ? source : source.replaceAll("{n}", scope.number);
    const columns = columnsOf(row.header, name);
    if (columns.length === 0) lacks = true;
    return columns.map((column) => () => cellOf(row, column, scope.trim));
  });
  for (const read of found) {
    const result = read();
    if (result === undefined) {
      lacks = true;
      continue;
    }
    results.push(result);
    if (members.join === undefined && members.all !== true && result !== null) return result;
  }
  if (results.length === 0 || (members.need === "all" && lacks)) return undefined;
  if (members.join !== undefined) return joined(results, members.join, members.need === "all");
  return members.all === true ? allOf(results) : null;
}

function cellOf(row: ModelRow, column: number, trim: boolean): Result {
  const text = row.cells[column] ?? "";
  if (isBlank(text)) return null;
  if (row.markers.includes(text.trim())) return ERASED;
  return trim ? text.trim() : text;
}

function joined(results: readonly Result[], separator: string, needAll: boolean): Result {
  const texts = results.filter((result) => typeof result === "string" || Array.isArray(result));
  const nothing = results.includes(ERASED) ? ERASED : null;
  if (texts.length === 0) return nothing;
  if (needAll && texts.length < results.length) {
    // The first source that is blank or erased decides whether the joined value is blank or erased.
    const first = results.findIndex((result) => result === null || result === ERASED);
    return results[first] === ERASED ? ERASED : null;
  }
  return texts.map((text) => (Array.isArray(text) ? text.join(separator) : text)).join(separator);
}

function allOf(results: readonly Result[]): Result {
  const texts = results.flatMap((result) =>
    Array.isArray(result) ? result : typeof result === "string" ? [result] : [],
  );
  if (texts.length > 0) return [...new Set(texts)];
  return results.includes(ERASED) ? ERASED : null;
}

type Text = string | string[] | null;

function withSteps(row: ModelRow, value: Text, members: MappedValue): Text {
  let result = value;
  for (const step of STEPS) {
    if (result === null) return null;
    const each = (text: string): Text => step(row, text, members);
    if (typeof result === "string") result = each(result);
    else {
      const parts: string[] = result.flatMap((text) => each(text) ?? []);
      result = parts.length === 0 ? null : parts;
    }
  }
  return result;
}

const notBlank = (text: string): string | null => (isBlank(text) ? null : text);

type RunStep = (row: ModelRow, text: string, members: MappedValue) => Text;

const STEPS: readonly RunStep[] = [
  (_, text, { strip_html }) => (strip_html === true && /[<&]/.test(text) ? notBlank(withoutTags(text)) : text),
  (_, text, { strip_html, trim }) => (strip_html === true && trim === true ? notBlank(text.trim()) : text),
  (_, text, { replace = [] }) => notBlank(replace.reduce((now, [from, to]) => now.split(from).join(to), text)),
  (_, text, members) =>
    members.case === undefined ? text : members.case === "upper" ? text.toUpperCase() : text.toLowerCase(),
  (_, text, { split }) => (split === undefined ? text : listOf(text, split)),
  (row, text, { like, else: otherwise }) => (like === undefined ? text : likeOf(row, text, like, otherwise)),
  (_, text, { map, else: otherwise }) => (map === undefined ? text : mapOf(text, map, otherwise)),
  (_, text, { number, scale }) => (number === undefined && scale === undefined ? text : numberOf(text, number, scale)),
  (_, text, { date }) => (date === undefined ? text : dateOf(text)),
  (_, text, { yes_no }) => (yes_no === undefined ? text : yesNo(text, yes_no.yes, yes_no.no)),
  (_, text, { prefix = "" }) => prefix + text,
  (_, text, { suffix = "" }) => text + suffix,
];

const withoutTags = (html: string): string =>
  html
    .replaceAll(/<br>/g, "\n")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&")
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");

function listOf(text: string, separator: string): string[] | null {
  const parts = text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.length === 0 ? null : parts;
}

function otherwiseOf(text: string, otherwise: MappedValue["else"]): Text {
  if (otherwise === "reject") throw new Fault("does_not_fit");
  if (otherwise === "blank") return null;
  if (otherwise === "hold") throw new Unseen();
  return text;
}

const HOLES = { "": "[^]*?", ":number": "[0-9+\\-.,' ]+?", ":digits": "[0-9]+?", ":letters": "\\p{L}+?" } as const;

/** Returns the text that each placeholder of the template matches, or undefined if the text does not match the template. */
export function matchLike(text: string, template: string): Record<string, string> | undefined {
  const names: string[] = [];
  const source = template.replace(
    /\{(\*|[^{}:*]+)(:number|:digits|:letters)?\}|[.+?^$()|[\]\\{}*-]/gu,
    (part, name, kind) => {
      if (name === undefined) return `\\${part}`;
      names.push(name as string);
      return `(${HOLES[((kind as string | undefined) ?? "") as keyof typeof HOLES]})`;
    },
  );
  const match = new RegExp(`^${source}$`, "u").exec(text);
  return match === null ? undefined : Object.fromEntries(names.map((name, i) => [name, match[i + 1] as string]));
}

function likeOf(row: ModelRow, text: string, like: string, otherwise: MappedValue["else"] = "reject"): Text {
  row.holes = matchLike(text.trim(), like);
  // `hold` applies to the value map only: a text that does not match the template is passed on to the map.
  if (row.holes === undefined) return otherwiseOf(text, otherwise === "hold" ? "keep" : otherwise);
  return notBlank((row.holes["value"] ?? "").trim());
}

function mapOf(text: string, map: Record<string, string>, otherwise: MappedValue["else"]): Text {
  const entry = Object.entries(map).find(([from]) => compared(from) === compared(text));
  return entry === undefined ? otherwiseOf(text, otherwise) : notBlank(entry[1]);
}

/** Returns the number in the form 1234.56. Reads only numbers like 1.234,56 and 1234.56. `scale` moves the decimal point to the right. */
function numberOf(text: string, sample = "1234.56", scale = 0): string {
  const source =
    sample === "1.234,56"
      ? /^(-?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?(?:,-)?\s?(?:€|%)?$/
      : /^(-?)(\d+)(?:\.(\d+))?\s?(?:€|%)?$/;
  const match = source.exec(text.trim());
  if (match === null) throw new Fault("does_not_fit");
  const [, minus = "", grouped = "", fraction = ""] = match;
  const whole = grouped.replaceAll(".", "");
  const plain = moved(whole, fraction, scale);
  return /[1-9]/.test(plain) ? minus + plain : plain;
}

function moved(whole: string, fraction: string, scale: number): string {
  if (scale === 0) return fraction === "" ? whole : `${whole}.${fraction}`;
  const point = whole.length + scale;
  const digits = "0".repeat(20) + whole + fraction + "0".repeat(20);
  const left = digits.slice(0, 20 + point).replace(/^0+(?=\d)/, "");
  const kept = Math.max(0, fraction.length - scale);
  const right = digits.slice(20 + point).slice(0, kept);
  return right === "" ? left : `${left}.${right}`;
}

/** Returns the date in the form 2026-12-31. Reads only dates like 31.12.2026. */
function dateOf(text: string): string {
  const match = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text.trim());
  if (match === null) throw new Fault("does_not_fit");
  const [, day = "", month = "", year = ""] = match;
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(iso)) throw new Fault("does_not_fit");
  return iso;
}

/** Returns "yes" or "no". Knows only the given words and the few words that the generated mappings and tables contain. */
export function yesNo(text: string, yes: readonly string[] = [], no: readonly string[] = []): string {
  const word = compared(text);
  if ([...yes.map(compared), "yes", "true", "an"].includes(word)) return "yes";
  if ([...no.map(compared), "no", "0", "aus"].includes(word)) return "no";
  throw new Fault("not_yes_or_no");
}
