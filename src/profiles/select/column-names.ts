// Finds the columns of a file by the names and patterns of a profile, in the same way as mappings do.
import {
  comparableName,
  createFileColumns,
  createPatternBudget,
  isPattern,
  type PatternBudget,
} from "../../imports/mapping/compile/file-columns.ts";
import { attributeColumns } from "../../imports/read/columns/match-columns.ts";

/** The ending of the name of a column that contains lists or objects. The same column may contain lists in one file and single values in
 * another, so `columnKey` removes the ending. */
const ENDING = /(?:\[\]|\{\})$/;

/** Two names with the same key denote the same column. */
export const columnKey = (name: string): string => comparableName(name).replace(ENDING, "").trimEnd();

/** The distinct columns of a file. */
export interface Header {
  /** The keys of the columns (see `columnKey`), without blank keys. */
  keys: readonly string[];
  /** `keys`, and the keys of the names that an import stores for columns without a name or with a long name. */
  set: ReadonlySet<string>;
  /** Returns the keys of the columns that match the pattern.
   * @throws Problem `mapping-invalid` if the budget for comparing patterns is used up */
  match: (pattern: string) => string[];
}

/**
 * @param names the cells of a header, or the names that an import has stored, such as `Colour (2)` for a repeated name
 * @param budget bounds the time of matching, because a file can have thousands of columns and a server 1,000 profiles with patterns
 */
export function headerOf(names: readonly string[], budget: PatternBudget = createPatternBudget()): Header {
  const keys = [...new Set(numberedNames(names).map(columnKey))].filter((key) => key !== "");
  const set = new Set([...keys, ...attributeColumns(names).map(({ name }) => columnKey(name))]);
  const columns = createFileColumns(keys, budget);
  return { keys, set, match: (pattern) => columns.match(pattern).map(({ column }) => keys[column] as string) };
}

/** Returns the names of the header, with `Colour (2)` for a repeated name. A column without a name keeps its blank name. */
export function numberedNames(header: readonly string[]): string[] {
  const known = new Set<string>();
  return attributeColumns(header).map(({ name }, position) => {
    const own = header[position] ?? "";
    const key = columnKey(own);
    if (key !== "" && known.has(key)) return name;
    known.add(key);
    return own;
  });
}

/** Whether the file has one of these columns. */
export const hasOneOf = ({ set, match }: Header, group: readonly string[]): boolean =>
  group.some((name) => set.has(columnKey(name)) || (isPattern(name) && match(name).length > 0));

/** Returns the columns that have one of the names or match one of the patterns. */
export const matchingKeys = ({ set, match }: Header, names: readonly string[]): Set<string> =>
  new Set(
    names.flatMap((name) => [columnKey(name), ...(isPattern(name) ? match(name) : [])]).filter((key) => set.has(key)),
  );
