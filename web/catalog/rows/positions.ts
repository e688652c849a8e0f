// Finds where to begin reading in the middle of a long list: the nearest cursor for a row number, and the estimated row number of a SKU.
import type { Entry } from "./row-window.ts";

interface Position {
  /** Estimated number of products before this position. */
  row: number;
  /** Value of the sort column at this position. */
  value: string;
  cursor: string;
}

export interface Positions {
  /** Number of products in the list. */
  rows: number;
  /** Known positions at which the row loader can start, in list order. */
  entries: readonly Position[];
  /** Cursor of the last page of the list. */
  last_cursor: string;
}

/** Number of rows that the server returns per page. */
const PAGE = 200;

/**
 * Returns where to begin reading the list so that `row` is the first row of a viewport of `inViewport` rows. Near both ends of the list
 * this position is exact, because a user who drags the scrollbar to the bottom expects the last product.
 */
export function entryAt({ rows, entries, last_cursor }: Positions, row: number, inViewport: number): Entry | undefined {
  if (row < PAGE / 2 || entries.length === 0) return { cursor: null, row: 0 };
  if (row + inViewport > rows - PAGE / 2) return { cursor: last_cursor, row: Math.max(0, rows - PAGE) };
  const nearest = positionAt(entries, row);
  return nearest === undefined ? undefined : { cursor: nearest.cursor, row };
}

/** The last position at or before the row. */
export function positionAt(entries: readonly Position[], row: number): Position | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as Position).row <= row) low = middle + 1;
    else high = middle;
  }
  return entries[Math.max(0, low - 1)];
}

/** Estimates the number of products before a SKU. */
export function rowOfSku({ rows, entries }: Positions, sku: string, descending: boolean): number {
  const key = keyOf(sku);
  const next = entries.findIndex(({ value }) => (descending ? keyOf(value) < key : keyOf(value) > key));
  if (next === -1) return entries.length === 0 ? 0 : Math.round(((entries.at(-1) as Position).row + rows) / 2);
  const [before, after] = [entries[next - 1]?.row ?? 0, (entries[next] as Position).row];
  return Math.round((before + after) / 2);
}

/** Approximates the key by which the server sorts SKUs. That is enough for an estimate. */
const keyOf = (sku: string): string => sku.trim().normalize("NFC").toLowerCase();
