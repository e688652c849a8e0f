// Finds the columns that identify the rows together with the SKU, such as colour and size in a file that has one SKU for all variants of a
// product.
import type { Column } from "../../../../../contract/imports/imports.ts";
import { hasOtherMeaning, withoutColour } from "../other-meanings.ts";

export interface JoinedKey {
  /** Positions of the columns; the first one is the SKU. */
  positions: number[];
  /** A text that no cell of these columns contains. */
  separator: string;
}

/** The columns identify the rows if at least this share of the first rows has different values in them. */
const MIN_DISTINCT = 0.98;
const MAX_JOINED = 4;
/** Maximum number of columns that are compared, so that a wide file does not take long. */
const MAX_COMPARED = 60;
const MAX_CHARACTERS = 64;
const MIN_FILLED = 0.3;
const SEPARATORS: readonly string[] = ["/", "|", " / ", "_", "~"];

/** @param rows the first rows of the file
 * @returns undefined if the file has no SKU column, or if no few columns identify the rows */
export function joinedKey(columns: readonly Column[], rows: readonly (readonly string[])[]): JoinedKey | undefined {
  const sku = columns.findIndex(({ target }) => target === "sku");
  if (sku === -1) return undefined;
  const positions = [sku];
  let distinct = countDistinct(rows, positions);
  while (distinct < rows.length * MIN_DISTINCT) {
    const best = bestOf(columns, rows, positions, distinct);
    if (best === undefined || positions.length === MAX_JOINED) return undefined;
    positions.push(best.position);
    distinct = best.distinct;
  }
  const cells = positions.flatMap((position) => rows.map((row) => row[position] ?? ""));
  const separator = SEPARATORS.find((text) => cells.every((cell) => !cell.includes(text)));
  return positions.length === 1 || separator === undefined ? undefined : { positions, separator };
}

/** Returns the column that, joined with the given ones, has the most different values; undefined if no column has more than `distinct`. */
function bestOf(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  positions: readonly number[],
  distinct: number,
): { position: number; distinct: number } | undefined {
  let best: { position: number; distinct: number } | undefined;
  for (const [position, column] of columns.slice(0, MAX_COMPARED).entries()) {
    if (positions.includes(position) || !canDistinguish(column, position, rows)) continue;
    const count = countDistinct(rows, [...positions, position]);
    if (count > (best?.distinct ?? distinct)) best = { position, distinct: count };
  }
  return best;
}

/** Whether the values can distinguish variants: short texts that are not prices, amounts or addresses. A column whose values are all
 * different numbers the rows, or contains another code, and says nothing about variants. */
function canDistinguish(
  { name, target, is_list }: Column,
  position: number,
  rows: readonly (readonly string[])[],
): boolean {
  const isName = target === "name";
  if (!isName && (target !== "attribute" || is_list === true || hasOtherMeaning(withoutColour(name)))) return false;
  if (!isName && countDistinct(rows, [position]) >= rows.length * MIN_DISTINCT) return false;
  const values = rows.map((row) => (row[position] ?? "").trim()).filter((value) => value !== "");
  return (
    values.length >= rows.length * MIN_FILLED &&
    values.every((value) => value.length <= MAX_CHARACTERS && !value.includes("://"))
  );
}

const countDistinct = (rows: readonly (readonly string[])[], positions: readonly number[]): number =>
  new Set(rows.map((row) => JSON.stringify(positions.map((position) => (row[position] ?? "").trim().toLowerCase()))))
    .size;
