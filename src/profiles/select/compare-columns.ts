// Compares the columns of a file with those that a profile knows.
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import { isTreeMapping } from "../../imports/mapping/tree/tree-request.ts";
import { attributeColumns } from "../../imports/read/columns/match-columns.ts";
import { createPatternBudget } from "../../imports/mapping/compile/file-columns.ts";
import { columnKey, hasOneOf, headerOf, matchingKeys, numberedNames } from "./column-names.ts";
import type { KnownProfile } from "./select-profile.ts";
import { requiredGroups, usedColumns } from "./used-columns.ts";

export interface ColumnChanges {
  added: string[];
  /**
   * Columns that the file lacks, although the profile reads them or the last file had them. If the profile has a list of columns in
   * `detect`, a column of the last file counts as missing only if the profile names it.
   */
  missing: string[];
  /** Pairs of similar names: `from` is also in `missing`, and `to` is also in `added`. */
  renamed: { from: string; to: string }[];
}

/** The columns that `rejects.csv` adds are in no other file, and an import ignores them. */
const REASONS: ReadonlySet<string> = new Set(REJECT_COLUMNS);

type ComparedProfile = Pick<KnownProfile, "definition" | "seen_columns" | "built_in">;

/** @throws Problem `mapping-invalid` if the profile has too many patterns for the columns */
export function compareColumns(
  header: readonly string[],
  { definition, seen_columns, built_in }: ComparedProfile,
): ColumnChanges {
  const budget = createPatternBudget();
  const file = headerOf(header, budget);
  const seen = headerOf(seen_columns ?? [], budget);
  const used = usedColumns(definition);
  const named = [...used.named, ...(definition.detect?.columns ?? [])];
  const known = matchingKeys(file, named);
  const knowsAll = countsAllAsKnown({ definition, seen_columns, built_in });
  const isKnown = (key: string): boolean => known.has(key) || seen.set.has(key);
  const own = header.filter((name) => !REASONS.has(name.trim()));
  const added = knowsAll ? [] : distinctNames(numberedNames(own)).filter((name) => !isKnown(columnKey(name)));
  // A built-in profile names columns of every version of its files, so no file has all of them.
  const unread = built_in ? [] : requiredGroups(used.read).filter((group) => !hasOneOf(file, group));
  const expected = definition.detect?.columns === undefined ? seen.set : matchingKeys(seen, named);
  const unseen = (seen_columns ?? []).filter((name) => {
    const key = columnKey(name);
    return expected.has(key) && !file.set.has(key) && !REASONS.has(name);
  });
  const missing = distinctNames([...unread.map((group) => group[0] as string), ...unseen]);
  return { added, missing, renamed: similarNames(missing, added) };
}

/** A built-in profile, and a profile for XML or JSON, names only some of the columns of its files. Before the first import with the profile,
 * no column counts as new. */
const countsAllAsKnown = ({ definition, seen_columns, built_in }: ComparedProfile): boolean =>
  (built_in || isTreeMapping(definition)) && seen_columns === null;

/** Returns the names that an import gives to the columns without a name, except those that the profile names or that the last file had. */
export function unnamedColumns(header: readonly string[], profile: ComparedProfile): string[] {
  if (countsAllAsKnown(profile)) return [];
  const { definition, seen_columns } = profile;
  const known = new Set([...usedColumns(definition).named, ...(seen_columns ?? [])].map(columnKey));
  return attributeColumns(header).flatMap(({ name }, position) =>
    (header[position] ?? "").trim() === "" && !known.has(columnKey(name)) ? [name] : [],
  );
}

const distinctNames = (names: readonly string[]): string[] =>
  [
    ...new Map(
      names
        .map((name) => [columnKey(name), name] as const)
        .filter(([key]) => key !== "")
        .reverse(),
    ).values(),
  ].reverse();

/** Maximum number of missing names, and of new names, that are compared with each other. */
const MAX_COMPARED = 50;

function similarNames(missing: readonly string[], added: readonly string[]): ColumnChanges["renamed"] {
  const free = new Set(added.slice(0, MAX_COMPARED));
  return missing.slice(0, MAX_COMPARED).flatMap((from) => {
    const to = [...free].find((name) => isSimilar(columnKey(from), columnKey(name)));
    if (to === undefined) return [];
    free.delete(to);
    return [{ from, to }];
  });
}

/** Compares only the letters and digits of two names. True if one name contains the other as a substring, or if few letters differ. */
function isSimilar(a: string, b: string): boolean {
  const [short, long] = [lettersOf(a), lettersOf(b)].sort((x, y) => x.length - y.length) as [string, string];
  if (short.length < 3 || long.length > 100) return short === long && short !== "";
  return long.includes(short) || editDistance(short, long) <= Math.floor(short.length / 4);
}

const lettersOf = (key: string): string => key.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "");

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
