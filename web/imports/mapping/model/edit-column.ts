// Edits of what a column becomes. Each edit returns a new mapping.
import { freeName, hasSteps, valueAt, withMember, withValue, type Draft, type Field, type Place } from "./draft.ts";
import {
  attributeNames,
  isKept,
  keptName,
  keptSteps,
  ownName,
  placesUsing,
  withoutItem,
  withoutKeptSteps,
  type Names,
} from "./kept.ts";
import { isSameName } from "./patterns.ts";
import {
  combinationOf,
  membersOf,
  plainSources,
  valueOf,
  withoutLists,
  withSources,
  type Combination,
  type Members,
} from "./values.ts";
import type { ColumnRow } from "./rows.ts";

export type ChosenTarget = Field | "attribute" | "ignored";

/** Changes what the column becomes. The steps of its value stay. If another column had the field before, that column becomes an
 * attribute. */
export function setTarget(
  draft: Draft,
  { name, target, members }: ColumnRow,
  chosen: ChosenTarget,
  names: Names,
): Draft {
  if (target === chosen) return draft;
  const isAlone = (plainSources(members) ?? []).length === 1;
  const steps = isAlone ? withoutSources(members) : {};
  const released = release(draft, name, names);
  if (chosen === "attribute") return toAttribute(released, name, steps, names);
  if (chosen === "ignored") return toIgnored(released, name, names);
  const without = withMember(released, "drop", withoutItem(released.drop, name));
  return withValue(without, { field: chosen }, valueOf({ from: name, ...withoutLists(steps) }));
}

const withoutSources = ({ from: _from, join: _join, need: _need, all: _all, ...steps }: Members): Members => steps;

/** Removes the column from all statements of the mapping that the form can show. */
function release(draft: Draft, name: string, names: Names): Draft {
  let released = withoutKeptSteps(draft, name);
  for (const place of placesUsing(draft, name, names)) {
    const members = membersOf(valueAt(draft, place) ?? []);
    const sources = plainSources(members);
    if (sources === undefined || !sources.some((source) => isSameName(source, name))) continue;
    const others = sources.filter((source) => !isSameName(source, name));
    const value = others.length === 0 ? undefined : combine(members, others);
    released = withValue(released, place, value);
  }
  return released;
}

const combine = (members: Members, names: readonly string[]) =>
  valueOf(withSources(members, names, combinationOf(members), members.join ?? ""));

function toAttribute(draft: Draft, name: string, steps: Members, names: Names): Draft {
  const free = withMember(draft, "drop", withoutItem(draft.drop, name));
  if (!hasSteps(steps) && isKept(free, name, names)) return free;
  const attribute = freeName(ownName(name), attributeNames(free, names, name));
  return withValue(free, { attribute }, valueOf({ from: name, ...steps }));
}

const toIgnored = (draft: Draft, name: string, names: Names): Draft =>
  isKept(draft, name, names) ? { ...draft, drop: [...(draft.drop ?? []), name] } : draft;

/** Changes the sources or the steps of the value that this row of the editor shows. A member that is undefined in `changed` is removed. */
export function setMembers(draft: Draft, row: ColumnRow, changed: Partial<Members>, names: Names): Draft {
  const members: Members = { ...row.members, ...changed };
  if (row.place !== null && "field" in row.place) return withValue(draft, row.place, valueOf(members));
  return writeAttribute(draft, row, row.attribute, members, names);
}

/** Writes the statement of the mapping that defines the attribute. Removes the statement if the column would become the
 * same attribute without it. */
function writeAttribute(draft: Draft, row: ColumnRow, attribute: string, members: Members, names: Names): Draft {
  const value = valueOf(members);
  const without =
    row.place === null ? withoutKeptSteps(draft, row.name) : renamedOrRemoved(draft, row.place, undefined);
  const isAsKept =
    value === row.name &&
    isKept(without, row.name, names) &&
    keptName(without, row.name) === attribute &&
    !hasSteps(keptSteps(without, row.name, names));
  if (isAsKept) return without;
  return row.place === null
    ? withValue(without, { attribute }, value)
    : renamedOrRemoved(draft, row.place, [attribute, value]);
}

/** Replaces the statement of an attribute without changing the order of the statements. If `entry` is undefined, removes the statement. */
function renamedOrRemoved(draft: Draft, place: Place, entry: [string, ReturnType<typeof valueOf>] | undefined): Draft {
  if ("field" in place) return draft;
  const entries = Object.entries(draft.attributes ?? {}).flatMap(([name, value]) =>
    name !== place.attribute ? [[name, value] as [string, typeof value]] : entry === undefined ? [] : [entry],
  );
  return withMember(draft, "attributes", Object.fromEntries(entries));
}

/** Whether the attribute can have this name: either no other attribute has the name, or the file lacks all columns of the other
 * attribute. */
export const canRename = (draft: Draft, row: ColumnRow, attribute: string, names: Names): boolean =>
  attribute === row.attribute ||
  !attributeNames(withoutRow(withoutMissing(draft, attribute, names), row), names, row.name).has(attribute);

const withoutRow = (draft: Draft, { place }: ColumnRow): Draft =>
  place === null ? draft : renamedOrRemoved(draft, place, undefined);

/** Removes the statement of the attribute if the file lacks all columns that the statement reads, for example because a column was
 * renamed. */
function withoutMissing(draft: Draft, attribute: string, names: Names): Draft {
  const value = valueAt(draft, { attribute });
  const sources = value === undefined ? [] : (plainSources(membersOf(value)) ?? []);
  const isMissing = sources.length > 0 && !sources.some((source) => names.some((name) => isSameName(name, source)));
  return isMissing ? withValue(draft, { attribute }, undefined) : draft;
}

/** Renames the attribute. Removes any other statement that already has the new name and reads only columns that the file lacks. */
export const renameAttribute = (draft: Draft, row: ColumnRow, attribute: string, names: Names): Draft =>
  attribute === row.attribute
    ? draft
    : writeAttribute(withoutMissing(draft, attribute, names), row, attribute, row.members, names);

export interface Combined {
  names: readonly string[];
  combination: Combination;
  separator: string;
  /** Whether the joined value is blank if one of the columns is blank. */
  need_all: boolean;
}

/** Changes which columns make the value, and how they are combined. If the value gains a
 * column, the statements that used the column before no longer read it. */
export function setCombined(draft: Draft, row: ColumnRow, combined: Combined, names: Names): Draft {
  const added = combined.names.filter((name) => !row.sources.some((source) => isSameName(source, name)));
  let changed = draft;
  for (const name of added) {
    changed = release(changed, name, names);
    changed = withMember(changed, "drop", withoutItem(changed.drop, name));
  }
  const needed: Members = { ...row.members, need: combined.need_all ? "all" : undefined };
  const members = withSources(needed, combined.names, combined.combination, combined.separator);
  if (row.place !== null && "field" in row.place) return withValue(changed, row.place, valueOf(members));
  return writeAttribute(changed, row, row.attribute, members, names);
}

/** Adds the column to `also` or removes it: whether the column becomes an attribute of its own, although another part of the mapping
 * already reads it. */
export function setKeptToo(draft: Draft, name: string, isKeptToo: boolean): Draft {
  const others = withoutItem(draft.also, name) ?? [];
  return withMember(draft, "also", isKeptToo ? [...others, name] : others);
}

/** Returns the columns that stop being the source of the field if the user selects another column as its source.
 * @param name the name of that other column */
export function displacedBy(draft: Draft, field: Field, name: string): string[] {
  const value = valueAt(draft, { field });
  const sources = value === undefined ? [] : (plainSources(membersOf(value)) ?? []);
  return sources.filter((source) => !isSameName(source, name));
}
