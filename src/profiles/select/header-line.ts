// Finds the line of a file that contains the columns of a mapping, if it is not the line that detection has chosen as the header.
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { hasOneOf, headerOf } from "./column-names.ts";
import { usedColumns } from "./used-columns.ts";

/** The lines of a file that may contain its column names. */
export interface HeaderLines {
  /** The line that detection has chosen. */
  header: readonly string[];
  /** The lines before and after `header`. */
  other_headers: readonly { line: number; cells: readonly string[] }[];
}

/**
 * Returns the first line of `other_headers` that has all required columns: the columns of the mapping's key and the columns that decide
 * which rows belong together. Returns undefined if `header` has all of them, if no line does, or if the mapping's key uses no columns.
 */
export function headerFor(
  mapping: Mapping,
  { header, other_headers }: HeaderLines,
): HeaderLines["other_headers"][number] | undefined {
  if (other_headers.length === 0) return undefined;
  const { key, rows } = usedColumns(mapping);
  const fits = (cells: readonly string[]): boolean => {
    const columns = headerOf(cells);
    return [...key, ...rows].every((group) => hasOneOf(columns, group));
  };
  return key.length === 0 || fits(header) ? undefined : other_headers.find(({ cells }) => fits(cells));
}
