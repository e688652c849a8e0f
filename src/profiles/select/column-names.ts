// Finds the columns of a file by the names and patterns of a profile, in the same way as mappings do.
import {
  comparableName,
  createFileColumns,
  createPatternBudget,
  isPattern,
  type PatternBudget,
} from "../../imports/mapping/compile/file-columns.ts";

/** Two names with the same key denote the same column. */
export const columnKey = comparableName;

/** The different columns of a file. */
export interface Header {
  /** The keys of the columns, without blank ones. */
  keys: readonly string[];
  set: ReadonlySet<string>;
  /** Returns the keys of the columns that match the pattern.
   * @throws Problem `mapping-invalid` if the budget for comparing patterns is used up */
  match: (pattern: string) => string[];
}

/** @param budget bounds the time of matching, because a file can have thousands of columns and a server 1,000 profiles with patterns */
export function headerOf(names: readonly string[], budget: PatternBudget = createPatternBudget()): Header {
  const set = new Set(names.map(columnKey).filter((key) => key !== ""));
  const keys = [...set];
  const columns = createFileColumns(keys, budget);
  return { keys, set, match: (pattern) => columns.match(pattern).map(({ column }) => keys[column] as string) };
}

/** Whether the file has one of these columns. */
export const hasOneOf = ({ set, match }: Header, group: readonly string[]): boolean =>
  group.some((name) => set.has(columnKey(name)) || (isPattern(name) && match(name).length > 0));

/** Returns the columns that have one of the names or match one of the patterns. */
export const matchingKeys = ({ set, match }: Header, names: readonly string[]): Set<string> =>
  new Set(
    names.flatMap((name) => [columnKey(name), ...(isPattern(name) ? match(name) : [])]).filter((key) => set.has(key)),
  );
