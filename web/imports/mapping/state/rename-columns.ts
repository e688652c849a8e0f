// Applies new names of columns to a mapping, after the file is read in another encoding.
import type { Draft } from "../model/draft.ts";
import { comparable } from "../model/patterns.ts";

/** Members of a mapping that contain names of columns, as a text or as a list of texts. */
const NAMING: ReadonlySet<string> = new Set([
  ...[
    "key",
    "name",
    "description",
    "active",
    "parent",
    "from",
    "of",
    "blank",
    "drop",
    "also",
    "keep",
    "remove",
    "reject",
  ],
  ...["each", "in", "value", "unit"],
]);
/** Members of a mapping that are objects whose keys are names of columns. */
const NAMED_BY_COLUMN: ReadonlySet<string> = new Set(["rename", "format"]);
/** Members of a mapping that are objects. The names of columns are in their values, not in their keys. */
const HOLDING: ReadonlySet<string> = new Set(["attributes", "split"]);

/** @param before the old names of the columns, in the order of `after` */
export function renameColumns(draft: Draft, before: readonly string[], after: readonly string[]): Draft {
  const renamed = new Map(before.map((name, i) => [comparable(name), after[i] ?? name]));
  const nameOf = (name: string): string => renamed.get(comparable(name)) ?? name;
  const visit = (value: unknown, isNaming: boolean): unknown => {
    if (typeof value === "string") return isNaming ? nameOf(value) : value;
    if (Array.isArray(value)) return value.map((item) => visit(item, isNaming));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([member, each]) => visitMember(member, each)));
  };
  const visitMember = (member: string, value: unknown): [string, unknown] => {
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    if (NAMED_BY_COLUMN.has(member)) return [member, Object.fromEntries(entries.map(([name, v]) => [nameOf(name), v]))];
    if (HOLDING.has(member)) return [member, Object.fromEntries(entries.map(([name, v]) => [name, visit(v, true)]))];
    return [member, visit(value, NAMING.has(member))];
  };
  return visit(draft, false) as Draft;
}
