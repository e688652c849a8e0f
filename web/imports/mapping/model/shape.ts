// Reads and changes how the rows of a file form products: groups of rows, parents and variants, kinds of rows, and layers such as languages.
// An edit of one statement of the mapping leaves all other statements unmodified.
import type { Condition, Mapping, Value } from "../../../../contract/mapping/mapping.ts";
import { withMember, type Draft } from "./draft.ts";
import { membersOf, plainSources, valueOf, withSources, type Combination, type Members } from "./values.ts";
import { conditionOf, type RowRule } from "./conditions.ts";

export const GROUPINGS = ["none", "by", "begins"] as const;
/** Which rows belong together: none, rows with the same value, or all rows from the beginning of a group to the next. */
export type Grouping = (typeof GROUPINGS)[number];

export interface GroupRows {
  grouping: Grouping;
  /** The columns that decide which rows belong together; undefined if the form cannot show them. */
  columns: string[] | undefined;
  fill: string[];
  adds: Condition[];
}

export function readGroup({ group }: Draft): GroupRows {
  if (group === undefined) return { grouping: "none", columns: [], fill: [], adds: [] };
  const { by, begins, fill = [], adds = [] } = group;
  if (by === undefined)
    return { grouping: "begins", columns: typeof begins === "string" ? [begins] : undefined, fill, adds };
  return { grouping: "by", columns: plainSources(membersOf(by)), fill, adds };
}

/** Sets which rows belong together. If `columns` is empty, no rows belong together, and the sources that read the group are removed.
 * @param combination how several columns decide; with `join`, rows must have the same values in all of them */
export function setGroup(
  draft: Draft,
  grouping: Grouping,
  columns: readonly string[],
  combination: Combination = "join",
): Draft {
  const [first] = columns;
  if (grouping === "none" || first === undefined) return withoutGroup(draft);
  const { by: _by, begins: _begins, ...others } = draft.group ?? {};
  if (grouping === "begins") return { ...draft, group: { begins: first, ...others } };
  return { ...draft, group: { by: valueOf(withSources({}, columns, combination, " ")), ...others } };
}

/** Replaces the list `fill` or `adds` of the statement `group`. Does nothing if the mapping has no such statement. */
function withGroupList<Name extends "fill" | "adds">(
  draft: Draft,
  name: Name,
  list: NonNullable<Mapping["group"]>[Name],
): Draft {
  if (draft.group === undefined) return draft;
  const { [name]: _, ...others } = draft.group;
  return { ...draft, group: (list?.length ?? 0) === 0 ? others : { ...others, [name]: list } };
}

export const setFill = (draft: Draft, columns: readonly string[]): Draft => withGroupList(draft, "fill", [...columns]);

export const addAdding = (draft: Draft, rule: RowRule): Draft =>
  withGroupList(draft, "adds", [...(draft.group?.adds ?? []), conditionOf(rule)]);

export const removeAdding = (draft: Draft, at: number): Draft =>
  withGroupList(
    draft,
    "adds",
    draft.group?.adds?.filter((_, i) => i !== at),
  );

/** Removes the group, and all values that read the group. */
function withoutGroup({ group: _, ...draft }: Draft): Draft {
  const { kinds } = draft;
  if (kinds === undefined) return withoutGroupValues(draft);
  const when = Object.fromEntries(
    Object.entries(kinds.when).map(([kind, statements]) => [kind, withoutGroupValues(statements)]),
  );
  return { ...withoutGroupValues(draft), kinds: { ...kinds, when } };
}

const FIELD_STATEMENTS: ReadonlySet<string> = new Set(["key", "name", "description", "active", "parent"]);

function withoutGroupValues<Given extends object>(given: Given): Given {
  const kept = Object.entries(given).flatMap(([name, member]: [string, unknown]) => {
    if (name === "attributes") return [[name, withoutGroupEntries(member as Record<string, Value>)]];
    const own = FIELD_STATEMENTS.has(name) ? rowValue(member as Value) : member;
    return own === undefined ? [] : [[name, own]];
  });
  return Object.fromEntries(kept) as Given;
}

const withoutGroupEntries = (attributes: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]): [string, Value][] => {
      const own = rowValue(value);
      return own === undefined ? [] : [[name, own]];
    }),
  );

/** The value without the sources that read the group. @returns undefined if no source is left */
function rowValue(value: Value): Value | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    const sources = value.flatMap((source) => rowSource(source) ?? []);
    return sources.length === 0 ? undefined : sources;
  }
  return rowSource(value);
}

function rowSource(source: string | Members): string | Members | undefined {
  if (typeof source === "string") return source;
  if (source.group !== undefined) return undefined;
  const { over: _, ...members } = source;
  if (!Array.isArray(members.from)) return members;
  const from = members.from.flatMap((each) => rowSource(each) ?? []);
  return from.length === 0 ? undefined : { ...members, from };
}

/** Where a product gets the SKU of its parent. `first`: the first product of its group. `by`: the value that all rows of its group share.
 * `column`: a column. `other`: a value that the form cannot show. */
export type ParentChoice = "none" | "first" | "by" | "column" | "other";

export function parentChoice({ parent }: Draft): ParentChoice {
  if (parent === undefined) return "none";
  if (typeof parent === "string") return "column";
  const { group, ...steps } = membersOf(parent);
  return (group === "first" || group === "by") && Object.keys(steps).length === 0 ? group : "other";
}

export const setParent = (draft: Draft, parent: "none" | "first" | "by" | { column: string }): Draft =>
  withMember(
    draft,
    "parent",
    parent === "none" ? undefined : typeof parent === "string" ? { group: parent } : parent.column,
  );

/** Sets the column that contains the layer of each row, such as a language. `base` lists the values in this column that mark a row as the
 * product itself. It stays unchanged if the new column contains one of them. Otherwise, it becomes the blank value if the column contains
 * blanks, or else the first value of the column.
 * @param values the values of the column in the first rows */
export function setLayerColumn(draft: Draft, by: string, values: readonly string[]): Draft {
  if (by === "") return withMember(draft, "overlay", undefined);
  const known = draft.overlay?.base ?? [];
  const isKnown = values.length === 0 || values.some((value) => known.some((each) => isSameText(each, value)));
  const base = isKnown && known.length > 0 ? known : [values.includes("") ? "" : (values[0] ?? "")];
  return { ...draft, overlay: { ...draft.overlay, by, base } };
}

/** Sets whether a row with this value in the column of the layers is the product itself. Otherwise, the row only changes one layer of its
 * product. Does nothing if no other value marks products. */
export function setBase(draft: Draft, value: string, isBase: boolean): Draft {
  const { overlay } = draft;
  if (overlay === undefined) return draft;
  const others = overlay.base.filter((each) => !isSameText(each, value));
  const base = isBase ? [...others, value] : others;
  return base.length === 0 ? draft : { ...draft, overlay: { ...overlay, base } };
}

/** What a row of a kind is: a product, a variant of the first product of its group, or no product. */
export type KindMeaning = "product" | "variant" | "other";

export function meaningOf({ kinds }: Draft, kind: string): KindMeaning {
  const statements = kindOf(kinds, kind)?.[1];
  if (statements === undefined) return "other";
  const { parent } = statements;
  return parent !== undefined && typeof parent === "object" && !Array.isArray(parent) && parent.group === "first"
    ? "variant"
    : "product";
}

const kindOf = (kinds: Draft["kinds"], kind: string) =>
  Object.entries(kinds?.when ?? {}).find(([each]) => isSameText(each, kind));

/** Sets the column that contains the kind of a row. Each of the values becomes a kind of products. Old kinds that have their own statements
 * stay: a user who selects a column with the arrow keys also selects the columns in between, and must not lose these statements. */
export function setKindColumn(draft: Draft, by: string, values: readonly string[]): Draft {
  if (by === "") return withMember(draft, "kinds", undefined);
  const stated = Object.entries(draft.kinds?.when ?? {}).filter(([, own]) => Object.keys(own).length > 0);
  const added = values.filter((value) => !stated.some(([kind]) => isSameText(kind, value)));
  const when = Object.fromEntries([...stated, ...added.map((value) => [value, {}] as const)]);
  return { ...draft, kinds: { ...draft.kinds, by, when } };
}

export function setMeaning(draft: Draft, kind: string, meaning: KindMeaning): Draft {
  const { kinds } = draft;
  if (kinds === undefined || meaningOf(draft, kind) === meaning) return draft;
  const [name = kind, statements = {}] = kindOf(kinds, kind) ?? [];
  const { [name]: _, ...others } = kinds.when;
  if (meaning === "other") return { ...draft, kinds: { ...kinds, when: others } };
  const { parent: _parent, ...own } = statements;
  const changed = meaning === "variant" ? { ...own, parent: { group: "first" as const } } : own;
  return { ...draft, kinds: { ...kinds, when: { ...kinds.when, [name]: changed } } };
}

export const setOtherKinds = (draft: Draft, other: "ignore" | "reject"): Draft =>
  draft.kinds === undefined ? draft : { ...draft, kinds: { ...draft.kinds, else: other } };

/** Texts are compared as the server compares them. */
export const isSameText = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Whether rows of the file form products together. */
export const isShaped = ({ group, kinds, overlay, repeats, links, tables }: Draft): boolean =>
  [group, kinds, overlay, links, tables].some((statement) => statement !== undefined) || repeats === "merge";
