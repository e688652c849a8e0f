// The values of a mapping as the editor reads and writes them. A value is a column, a list of columns or an object; the editor always works
// with the object and writes the shortest form.
import type { MappedValue, Value } from "../../../../contract/mapping/mapping.ts";

export type Members = MappedValue;

export const membersOf = (value: Value): Members =>
  typeof value === "string" || Array.isArray(value) ? { from: value } : value;

/** Returns the shortest form of the value. Members that are undefined are left out. */
export function valueOf(members: Members): Value {
  const given = withoutBlanks(members);
  const { from, ...steps } = given;
  return from !== undefined && Object.keys(steps).length === 0 ? from : given;
}

export const withoutBlanks = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));

/** Names of the columns of a value. @returns undefined if a source has steps of its own, which the form cannot show */
export function plainSources({ from }: Members): string[] | undefined {
  if (from === undefined) return [];
  if (typeof from === "string") return [from];
  const names = from.filter((source) => typeof source === "string");
  return names.length === from.length ? names : undefined;
}

/** Names and patterns of all columns that a value reads, also those of nested sources. */
export function allSources(value: Value): string[] {
  const { from } = membersOf(value);
  if (from === undefined) return [];
  return typeof from === "string" ? [from] : from.flatMap((source) => allSources(source));
}

/** How several columns become one value. */
export type Combination = "join" | "first" | "all";

export const combinationOf = ({ join, all }: Members): Combination =>
  join !== undefined ? "join" : all === true ? "all" : "first";

/** @param separator the text between joined values */
export function withSources(
  members: Members,
  names: readonly string[],
  combination: Combination,
  separator: string,
): Members {
  const { from: _from, join: _join, need: _need, all: _all, ...steps } = members;
  const [first] = names;
  if (first === undefined) return steps;
  // A value that collects the cells of all rows of a group stays a list, even if it reads only one column.
  const isOverGroup = members.over === "group" && members.all === true;
  if (names.length === 1) return { from: first, ...(isOverGroup ? { all: true } : {}), ...steps };
  const from = [...names];
  switch (combination) {
    case "join":
      return { from, join: separator, ...(members.need === undefined ? {} : { need: members.need }), ...steps };
    case "all":
      return { from, all: true, ...steps };
    case "first":
      return { from, ...steps };
  }
}

/** Returns the members except those that turn a value into a list. Used for product fields, because their values are never lists. */
export function withoutLists({ split: _split, list: _list, all: _all, ...members }: Members): Members {
  return members;
}
