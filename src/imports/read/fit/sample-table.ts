// Takes the first rows of a table as texts, from which the columns are judged. The sample depends only on the first bytes of the file,
// so that a preview of these bytes and an import of the whole file come to the same result.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { recordTexts } from "../field-text.ts";
import type { Records } from "../records.ts";

/** Only rows that end within this number of bytes after the header are sampled. For a preview, clients send at least this number of
 * bytes. */
const SAMPLE_BYTES = 98_304;
const SAMPLE_ROWS = 500;

/** Returns the cells of the first well-formed rows, without blank ones.
 * @param records the records of the file's first window
 * @param from the index of the first record below the header */
export function sampleRows(records: Records, from: number, dialect: Dialect): string[][] {
  const rows: string[][] = [];
  const limit = (records.start[0] as number) + SAMPLE_BYTES;
  for (let r = from; r < records.count && rows.length < SAMPLE_ROWS && (records.end[r] as number) <= limit; r++) {
    if (records.fault[r] !== 0) continue;
    const cells = recordTexts(records, r, dialect).map((cell) => cleanCell(cell, dialect));
    if (cells.some((cell) => cell.trim() !== "")) rows.push(cells);
  }
  return rows;
}

const cleanCell = (cell: string, dialect: Dialect): string =>
  withoutGuard(dialect.padded === true ? cell.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, "") : cell, dialect);

/** Removes the guard from a cell such as `="0017"`. */
export const withoutGuard = (cell: string, { formula_escape }: Dialect): string =>
  formula_escape && cell.length > 3 && cell.startsWith('="') && cell.endsWith('"') ? cell.slice(2, -1) : cell;

/** Returns the header without the cells at its end that have no name, if these columns are blank in all sampled rows. A later row that
 * fills them has too many fields. */
export function namedHeader(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  let width = header.length;
  const isBlank = (cell: string | undefined): boolean => cell === undefined || cell.trim() === "";
  while (width > 2 && isBlank(header[width - 1]) && rows.every((cells) => isBlank(cells[width - 1]))) width--;
  return header.slice(0, width);
}
