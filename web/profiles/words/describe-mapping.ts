// Describes a profile in plain words, one line for each statement.
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import { t, type PlainKey } from "../../texts/t.ts";
import { describeShape } from "../../ui/words/describe-shape.ts";
import { describeCondition, describeSteps, describeValue } from "../../ui/words/describe-value.ts";
import { describePair } from "../../ui/words/describe-pair.ts";
import type { Line } from "../../ui/words/line.ts";
import { allOf, anyOf, quoted } from "../../ui/words/quote.ts";

export interface Block {
  heading: PlainKey;
  lines: Line[];
}

export function describeMapping(definition: ProfileDefinition): Block[] {
  const blocks: Block[] = [
    { heading: "profiles.words.product", lines: [...describeFields(definition), ...describeAttributes(definition)] },
    { heading: "profiles.words.shape", lines: describeShape(definition) },
    { heading: "profiles.words.columns", lines: describeColumns(definition) },
    { heading: "profiles.words.rows", lines: describeRows(definition) },
    { heading: "profiles.words.file", lines: describeFile(definition.file ?? {}) },
  ];
  return blocks.filter(({ lines }) => lines.length > 0);
}

const line = (subject: PlainKey, text: string): Line => ({ subject: t(subject), text });

function describeFields({ key, match, name, description, active, parent }: Mapping): Line[] {
  const fields = [
    ["imports.target.name", name],
    ["imports.target.description", description],
    ["imports.target.active", active],
    ["imports.target.parent_sku", parent],
  ] as const;
  return [
    match === undefined
      ? line("imports.target.sku", describeValue(key))
      : line("profiles.words.match", describeMatch(match, describeValue(key))),
    ...fields.flatMap(([subject, value]) => (value === undefined ? [] : [line(subject, describeValue(value))])),
  ];
}

const describeMatch = ({ attribute, as, none }: NonNullable<Mapping["match"]>, value: string): string =>
  [
    t(as === "gtin" ? "profiles.words.match_gtin" : "profiles.words.match_text", { value, attribute }),
    t(none === "create" ? "profiles.words.match_create" : "profiles.words.match_reject"),
  ].join("; ");

const describeAttributes = ({ attributes = {}, pairs = [] }: Mapping): Line[] => [
  ...Object.entries(attributes).map(([subject, value]) => ({
    subject,
    text: describeValue(value),
    is_attribute: true,
  })),
  ...pairs.map((pair) => line("profiles.words.pairs", describePair(pair))),
];

function describeColumns({ keep = true, drop, also, rename = {}, split = {}, format = {} }: Mapping): Line[] {
  const others =
    keep === true
      ? t("profiles.words.keep_all")
      : keep === false || keep.length === 0
        ? t("profiles.words.keep_none")
        : t("profiles.words.keep_some", { columns: allOf(keep) });
  return [
    line("profiles.words.others", others),
    ...listed("profiles.words.drop", drop),
    ...listed("profiles.words.also", also),
    ...Object.entries(rename).map(([column, text]) => ({
      subject: column,
      text: t("profiles.words.rename", { text: quoted(text) }),
    })),
    ...Object.entries(split).map(([text, columns]) => ({
      subject: allOf(columns),
      text: t("profiles.words.split", { text: quoted(text) }),
    })),
    ...Object.entries(format).map(([subject, value]) => ({ subject, text: describeSteps(value).join("; ") })),
  ];
}

const listed = (subject: PlainKey, columns: readonly string[] | undefined): Line[] =>
  columns === undefined || columns.length === 0 ? [] : [line(subject, allOf(columns))];

function describeRows({
  other_keys = {},
  ignore = [],
  delete_when,
  blank = {},
  empty,
  mode,
  repeats,
}: Mapping): Line[] {
  const removesAll = blank.remove?.includes("*") ?? false;
  return [
    ...(mode === undefined ? [] : [line("imports.options.mode", t(`imports.mode.${mode}`))]),
    ...(repeats === undefined ? [] : [line("imports.options.repeats", t(`imports.repeats.${repeats}`))]),
    ...Object.entries(other_keys).map(([name, value]) =>
      line("profiles.words.other_key", `${quoted(name)}: ${describeValue(value)}`),
    ),
    ...ignore.map((condition) => line("profiles.words.ignore", describeCondition(condition))),
    ...(delete_when === undefined ? [] : [line("profiles.words.delete_when", describeCondition(delete_when))]),
    // If blank cells remove the value in all columns, leave out the sentence that blank cells change nothing.
    ...(removesAll ? [] : [line("profiles.words.blank", t("profiles.words.blank_keep"))]),
    ...(removesAll
      ? [line("profiles.words.blank", t("profiles.words.blank_removes"))]
      : listed("profiles.words.blank_remove", blank.remove)),
    ...listed("profiles.words.blank_reject", blank.reject),
    ...(empty === undefined ? [] : [line("profiles.words.empty", anyOf(empty.map(quoted)))]),
  ];
}

function describeFile({
  kind,
  record,
  each,
  encoding,
  delimiter,
  quote,
  sheet,
  header = {},
}: NonNullable<Mapping["file"]>): Line[] {
  const { at, data, names } = header;
  return [
    ...(kind === undefined ? [] : [line("profiles.words.kind", t(`profiles.words.kinds.${kind}`))]),
    ...(record === undefined ? [] : [line("profiles.words.record", record)]),
    ...(each === undefined ? [] : [line("profiles.words.each", each)]),
    ...(encoding === undefined ? [] : [line("imports.format.encoding", encoding)]),
    ...(delimiter === undefined ? [] : [line("imports.format.delimiter", quoted(delimiter))]),
    ...(quote === undefined ? [] : [line("imports.format.quote", quoted(quote))]),
    ...(sheet === undefined ? [] : [line("profiles.words.sheet", sheet)]),
    ...(at === undefined ? [] : [line("profiles.words.header_at", allOf([at].flat().map(String)))]),
    ...(data === undefined ? [] : [line("profiles.words.header_data", String(data))]),
    ...(names === undefined ? [] : [line("profiles.words.header_names", names.join(", "))]),
  ];
}
