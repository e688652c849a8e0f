// Columns that no statement of the mapping uses: which of them become attributes, under which names, and with which steps.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import {
  nameSources,
  pairSources,
  placesOf,
  shapeSources,
  valueAt,
  freeName,
  withMember,
  type Draft,
  type Place,
} from "./draft.ts";
import { isSameName, matches } from "./patterns.ts";
import { allSources, type Members } from "./values.ts";

/** The names of the columns of the file. */
export type Names = readonly string[];

const anyMatches = (patterns: readonly string[] | undefined, name: string, names: Names): boolean =>
  patterns?.some((pattern) => matches(pattern, name, names)) ?? false;

/** The statements that read the column. */
export const placesUsing = (draft: Draft, name: string, names: Names): Place[] =>
  placesOf(draft).filter((place) => anyMatches(allSources(valueAt(draft, place) ?? []), name, names));

/** Whether a statement reads the column. Such a column becomes an attribute of its own only if the member `also` of the mapping
 * lists the column. */
export const isUsed = (draft: Draft, name: string, names: Names): boolean =>
  placesUsing(draft, name, names).length > 0 ||
  anyMatches([...pairSources(draft), ...nameSources(draft), ...shapeSources(draft)], name, names);

/** Whether the column becomes an attribute without a statement. */
export function isKept(draft: Draft, name: string, names: Names): boolean {
  if (anyMatches(draft.also, name, names)) return true;
  if (draft.keep === false || isUsed(draft, name, names) || anyMatches(draft.drop, name, names)) return false;
  return !Array.isArray(draft.keep) || anyMatches(draft.keep, name, names);
}

/** The attribute name of a column that becomes an attribute without a statement, unless the `rename` of the mapping changes the name. */
export function ownName(name: string): string {
  const own = name.endsWith(LIST_SUFFIX) ? name.slice(0, -LIST_SUFFIX.length).trimEnd() : name;
  return freeName(own, new Set());
}

/** The attribute name of a column that becomes an attribute without a statement. @returns undefined if the `rename` of the mapping has a
 * template that could change the name, because only the server evaluates templates */
export function keptName(draft: Draft, name: string): string | undefined {
  const renamed = Object.entries(draft.rename ?? {});
  const [, exact] = renamed.find(([from]) => isSameName(from, name)) ?? [];
  if (exact !== undefined) return exact;
  return renamed.some(([from]) => from.includes("{")) ? undefined : ownName(name);
}

/** The steps that `split` and `format` of the mapping define for a column that becomes an attribute without a statement. */
export function keptSteps(draft: Draft, name: string, names: Names): Members {
  let steps: Members = {};
  for (const [separator, patterns] of Object.entries(draft.split ?? {}))
    if (anyMatches(patterns, name, names)) steps = { split: separator };
  for (const [pattern, members] of Object.entries(draft.format ?? {}))
    if (matches(pattern, name, names)) steps = { ...steps, ...members };
  return steps;
}

/** Removes the entries for exactly this column from `rename`, `format`, `split` and `also`, because a statement replaces them. */
export function withoutKeptSteps(draft: Draft, name: string): Draft {
  let changed = withMember(draft, "rename", withoutName(draft.rename, name));
  changed = withMember(changed, "format", withoutName(draft.format, name));
  const split = Object.entries(draft.split ?? {}).flatMap(([separator, patterns]): [string, string[]][] => {
    const others = patterns.filter((pattern) => !isSameName(pattern, name));
    return others.length === 0 ? [] : [[separator, others]];
  });
  changed = withMember(changed, "split", draft.split && Object.fromEntries(split));
  return withMember(changed, "also", withoutItem(draft.also, name));
}

const withoutName = <T>(record: Record<string, T> | undefined, name: string): Record<string, T> | undefined =>
  record && Object.fromEntries(Object.entries(record).filter(([from]) => !isSameName(from, name)));

export const withoutItem = (list: readonly string[] | undefined, name: string): string[] | undefined =>
  list?.filter((item) => !isSameName(item, name));

/** Names of all attributes that the mapping defines for the columns of the file. */
export function attributeNames(draft: Draft, names: Names, except?: string): Set<string> {
  const kept = names.filter((name) => name !== except && isKept(draft, name, names));
  return new Set([
    ...Object.keys(draft.attributes ?? {}),
    ...kept.map((name) => keptName(draft, name) ?? ownName(name)),
  ]);
}
