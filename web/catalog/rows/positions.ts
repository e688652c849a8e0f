// Ways into the middle of a list of millions, pure: from a row to the cursor next to it, and from a SKU to the row it is about at.
import type { Entry } from "./row-window.ts";

interface Position {
  /** About so many products stand before it. */
  row: number;
  /** What the list is sorted by, there. */
  value: string;
  cursor: string;
}

export interface Positions {
  /** How many products the list has. */
  rows: number;
  at: readonly Position[];
  /** Of the page that ends the list. */
  last_cursor: string;
}

/** As many the server gives with one page. */
const PAGE = 200;

/** Where to enter the list so that `row` is the first of `in_sight` on the screen. Both ends are exact: whoever drags the
 * scrollbar down wants the last product. */
export function entryAt({ rows, at, last_cursor }: Positions, row: number, inViewport: number): Entry | undefined {
  if (row < PAGE / 2 || at.length === 0) return { cursor: null, row: 0 };
  if (row + inViewport > rows - PAGE / 2) return { cursor: last_cursor, row: Math.max(0, rows - PAGE) };
  const nearest = positionAt(at, row);
  return nearest === undefined ? undefined : { cursor: nearest.cursor, row };
}

/** The last position that is not behind the row. */
export function positionAt(at: readonly Position[], row: number): Position | undefined {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] as Position).row <= row) low = middle + 1;
    else high = middle;
  }
  return at[Math.max(0, low - 1)];
}

/** About how many products stand before a SKU. */
export function rowOfSku({ rows, at }: Positions, sku: string, descending: boolean): number {
  const key = keyOf(sku);
  const behind = at.findIndex(({ value }) => (descending ? keyOf(value) < key : keyOf(value) > key));
  if (behind === -1) return at.length === 0 ? 0 : Math.round(((at.at(-1) as Position).row + rows) / 2);
  const [before, after] = [at[behind - 1]?.row ?? 0, (at[behind] as Position).row];
  return Math.round((before + after) / 2);
}

/** Near enough to the server's rule for an estimate. */
const keyOf = (sku: string): string => sku.trim().normalize("NFC").toLowerCase();
