// Describes in plain words how the rows of a file form products, one line for each statement.
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { t, type PlainKey } from "../../texts/t.ts";
import { describePair } from "./describe-pair.ts";
import { describeCondition, describeValue } from "./describe-value.ts";
import type { Line } from "./line.ts";
import { allOf, anyOf, quoted } from "./quote.ts";

type Shape = Partial<Pick<Mapping, "group" | "kinds" | "overlay" | "links" | "tables">>;
type Kind = NonNullable<Mapping["kinds"]>["when"][string];

export const describeShape = ({ group, kinds, overlay, links = [], tables = {} }: Shape): Line[] => [
  ...(group === undefined ? [] : describeGroup(group)),
  ...(kinds === undefined ? [] : describeKinds(kinds)),
  ...(overlay === undefined ? [] : describeOverlay(overlay)),
  ...links.map(({ children }) => line("profiles.words.links", describeValue(children))),
  ...Object.entries(tables).map(([name, { record, key, value, parent, join }]) => ({
    subject: t("profiles.words.table", { name }),
    text: [
      record === "." ? t("profiles.words.table_rows") : t("profiles.words.table_record", { record }),
      t("profiles.words.table_entry", { key: describeValue(key), value: describeValue(value) }),
      ...(parent === undefined ? [] : [t("profiles.words.table_parent", { value: describeValue(parent) })]),
      ...(join === undefined ? [] : [t("profiles.words.table_join", { text: quoted(join) })]),
    ].join("; "),
  })),
];

const line = (subject: PlainKey, text: string): Line => ({ subject: t(subject), text });

function describeGroup({ by, begins, fill = [], adds = [] }: NonNullable<Mapping["group"]>): Line[] {
  const start =
    typeof begins === "string" ? t("profiles.words.is_filled", { column: begins }) : describeCondition(begins ?? {});
  return [
    by === undefined ? line("profiles.words.group_begins", start) : line("profiles.words.group_by", describeValue(by)),
    ...(fill.length === 0 ? [] : [line("profiles.words.group_fill", allOf(fill))]),
    ...adds.map((condition) => line("profiles.words.group_adds", describeCondition(condition))),
  ];
}

const describeKinds = ({ by, when, else: other = "reject" }: NonNullable<Mapping["kinds"]>): Line[] => [
  line("profiles.words.kinds_by", describeValue(by)),
  ...Object.entries(when).map(([kind, statements]) => ({
    subject: t("profiles.words.kind_of_row", { kind: quoted(kind) }),
    text: describeKind(statements).join("; ") || t("profiles.words.kind_plain"),
  })),
  line("profiles.words.kind_else", t(`profiles.words.kind_else_${other}`)),
];

/** Describes the statements of a mapping that apply only to rows of one kind. */
export function describeKind({ key, name, description, active, parent, attributes = {}, pairs = [] }: Kind): string[] {
  const fields = [
    ["imports.target.sku", key],
    ["imports.target.name", name],
    ["imports.target.description", description],
    ["imports.target.active", active],
    ["imports.target.parent_sku", parent],
  ] as const;
  return [
    ...fields.flatMap(([field, value]) => (value === undefined ? [] : [`${t(field)}: ${describeValue(value)}`])),
    ...Object.entries(attributes).map(([attribute, value]) => `${attribute}: ${describeValue(value)}`),
    ...pairs.map((pair) => `${t("profiles.words.pairs")}: ${describePair(pair)}`),
  ];
}

const describeOverlay = ({ by, base, active_name }: NonNullable<Mapping["overlay"]>): Line[] => [
  line("profiles.words.overlay", by),
  line("profiles.words.overlay_base", anyOf(base.map(quoted))),
  ...(active_name === undefined ? [] : [line("profiles.words.overlay_active", active_name)]),
];
