// Converts the rows of sheets to lines of CSV. Rows above the header and missing rows become blank lines, so that line numbers are
// row numbers.
import { createMergedFill } from "./merged/fill-merged.ts";
import type { ReadSheet, SheetSource } from "./choose-sheets.ts";
import type { JoinedNames } from "./find-table.ts";
import type { SheetRow } from "./read-sheet.ts";
import type { WorkBudget } from "./work-budget.ts";

/** Rows are collected until a chunk of text has at least this many characters. */
const CHUNK_LENGTH = 1 << 20;

const BLANK_LINE = "\n";

/** Converts the sheets to chunks of text. All sheets after the first one continue the table of the first one. */
export async function* sheetLines(
  { reader, signal }: SheetSource,
  sheets: readonly ReadSheet[],
  budget: WorkBudget,
): AsyncGenerator<string> {
  const width = sheets.reduce((most, { table }) => Math.max(most, table.width), 0);
  for (const [index, sheet] of sheets.entries()) {
    const lineOf = createLineWriter(sheet, index === 0, width, budget);
    let last = 0;
    for await (const rows of reader.rows(sheet.part)) {
      signal?.throwIfAborted();
      let text = "";
      for (const row of rows) {
        text += BLANK_LINE.repeat(row.number - last - 1) + lineOf(row);
        last = row.number;
        if (text.length < CHUNK_LENGTH) continue;
        yield text;
        text = "";
      }
      if (text !== "") yield text;
    }
  }
}

/** Returns a function that converts the next row of the sheet to a line. */
function createLineWriter(
  { table, merged }: ReadSheet,
  isFirst: boolean,
  width: number,
  budget: WorkBudget,
): (row: SheetRow) => string {
  const { preamble, header = 0, joined } = table;
  const firstRecord = Math.max(preamble, header) + 1;
  const fillMerged = merged.columns.length === 0 ? undefined : createMergedFill(merged.columns, header, budget);
  return (row) => {
    if (row.number === header)
      return isFirst ? csvLine(joined === undefined ? row : namesOf(joined), width) : BLANK_LINE;
    const repeated = joined === undefined ? -1 : joined.rows.findIndex((cells) => isEqual(cells, row.cells));
    fillMerged?.(row);
    if (row.number < firstRecord || (row.cells.length === 0 && row.beyond === undefined)) return BLANK_LINE;
    if (joined === undefined || repeated === -1) return csvLine(row, width);
    // If a header of several rows is repeated, write the repetition as one record, like the header, on the line of its last row.
    return repeated === joined.rows.length - 1 ? csvLine(namesOf(joined), width) : BLANK_LINE;
  };
}

type Line = Pick<SheetRow, "cells" | "values" | "beyond">;

const namesOf = ({ names }: JoinedNames): Line => ({ cells: names });

const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((cell, column) => cell === b[column]);

/** Converts a row that is not blank. Puts only texts in quotes. A mapping recognizes numbers and dates by the missing quotes, and reads
 * them without the format that it specifies for texts. If the row has a cell beyond the last column, the line gets one field too many. The
 * row is then rejected with that cell as its value, but without the thousands of blank cells before the cell. */
export function csvLine({ cells, values, beyond }: Line, width: number): string {
  let text = "";
  let at = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string;
    if (cell === "") continue;
    const written = values?.[i] === true ? cell : quoted(cell);
    // Write a run of blank cells at once. Written one by one, 40 million of them took 10 s.
    text += i - at === 1 ? `,${written}` : `${",".repeat(i - at)}${written}`;
    at = i;
  }
  text += ",".repeat(Math.max(width, cells.length, 1) - 1 - at);
  return beyond === undefined ? `${text}\n` : `${text},${quoted(beyond.text)}\n`;
}

const quoted = (cell: string): string => `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;
