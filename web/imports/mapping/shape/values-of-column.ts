// The different values of a column in the first rows of the file.
import type { Preview } from "../../../../contract/imports/imports.ts";
import { isSameName } from "../model/patterns.ts";
import { isSameText } from "../model/shape.ts";

/** Maximum number of values that the form lists. */
const MAX_VALUES = 12;

/** @param known values that are listed even if the first rows lack them */
export function valuesOfColumn(
  preview: Pick<Preview, "columns" | "rows"> | null,
  column: string,
  known: readonly string[],
): string[] {
  const at = preview?.columns.findIndex(({ name }) => isSameName(name, column)) ?? -1;
  const found = at === -1 ? [] : (preview?.rows.map(({ cells }) => (cells[at] ?? "").trim()) ?? []);
  const values: string[] = [];
  for (const value of [...known, ...found]) if (!values.some((each) => isSameText(each, value))) values.push(value);
  return values.slice(0, Math.max(MAX_VALUES, known.length));
}

/** Appends `named`, the column that a statement of the mapping names, if the file has no such column. */
export const withNamed = (names: readonly string[], named: string | undefined): string[] =>
  named === undefined || names.some((name) => isSameName(name, named)) ? [...names] : [...names, named];
