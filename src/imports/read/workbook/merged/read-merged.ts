// Reads the merged ranges of a sheet. They are at the end of the sheet's XML, after all rows, but are needed before the first row is read:
// a merged cell of the header names several columns, and a cell that is merged over several rows contains the value of each of these rows.
import { MAX_FIELDS } from "../../split-records.ts";
import { brokenWorkbook, truncated } from "../broken-workbook.ts";
import { createXmlParser, type XmlParser } from "../parse-xml.ts";
import type { WorkBudget } from "../work-budget.ts";
import { MAX_ROWS } from "../read-sheet.ts";

/** A range of merged cells. Rows are counted from 1, columns from 0. The last row and the last column
 * belong to the range. */
export interface MergedRange {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export interface MergedCells {
  /** The ranges that overlap the inspected rows, at most MAX_NEAR. */
  near: MergedRange[];
  /** The first column of each range that spans several rows, packed by `packColumn`, in ascending order of the top rows. */
  columns: Float64Array;
}

export const NO_MERGED_CELLS: MergedCells = { near: [], columns: new Float64Array() };

/** Maximum number of merged ranges that span several rows. The limit is the number of rows of the largest sheet. Each range takes 8 bytes,
 * because only its first column is stored. */
const MAX_COLUMNS_OF_RANGES = 1_048_576;
/** Maximum number of merged ranges near the header: one for every tenth cell of the inspected rows. */
const MAX_NEAR = 2000;
/** Name of the element that contains the ranges. */
const ELEMENT = Buffer.from("mergeCells");
const LESS_THAN = 60;
/** Maximum number of bytes of `<` and the namespace prefix before the element's name. */
const MAX_PREFIX = 64;

const BOTTOM_VALUES = 2 ** 20;
const COLUMN_VALUES = 2 ** 11;

/** Packs the first column of a range into one number: the top row in 20 bits, the bottom row in 20 bits and the column number in 11 bits.
 * A double can hold integers of 53 bits. */
const packColumn = ({ top, bottom, left }: MergedRange): number =>
  ((top - 1) * COLUMN_VALUES + left) * BOTTOM_VALUES + (bottom - 1);

export function unpackColumn(packed: number): { top: number; bottom: number; column: number } {
  const bottom = (packed % BOTTOM_VALUES) + 1;
  const rest = Math.floor(packed / BOTTOM_VALUES);
  return { top: Math.floor(rest / COLUMN_VALUES) + 1, bottom, column: rest % COLUMN_VALUES };
}

/**
 * @param chunks the whole XML of the sheet; only the element with the ranges is parsed
 * @param rows the rows near the header; only ranges that touch one of them are in the result's `near`
 * @throws Problem broken-workbook, unpacks-too-large
 */
export async function readMerged(
  part: string,
  chunks: AsyncIterable<Buffer>,
  rows: { first: number; last: number },
  budget: WorkBudget,
  signal?: AbortSignal,
): Promise<MergedCells> {
  const reader = createReader(part, rows, budget);
  let before: Buffer = Buffer.alloc(0);
  let isFound = false;
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    if (isFound) reader.write(chunk);
    else {
      const bytes = Buffer.concat([before, chunk]);
      const start = findElement(bytes);
      isFound = start >= 0;
      if (isFound) reader.write(bytes.subarray(start));
      before = bytes.subarray(-MAX_PREFIX - ELEMENT.length);
    }
    if (reader.isDone()) break;
  }
  return reader.result();
}

const isNear = ({ top, bottom }: MergedRange, rows: { first: number; last: number }): boolean =>
  top <= rows.last && bottom >= rows.first;

/** @param ranges all ranges of a sheet */
export const mergedCells = (ranges: readonly MergedRange[], rows: { first: number; last: number }): MergedCells => ({
  near: ranges.filter((range) => isNear(range, rows)).slice(0, MAX_NEAR),
  columns: Float64Array.from(ranges.filter(({ top, bottom }) => bottom > top).map(packColumn)).sort(),
});

/** Returns the offset of the element's opening tag, or -1. The name may also occur in the text of a cell, but not after `<`. */
function findElement(bytes: Buffer): number {
  for (let at = bytes.indexOf(ELEMENT); at >= 0; at = bytes.indexOf(ELEMENT, at + 1)) {
    const before = bytes.subarray(Math.max(0, at - MAX_PREFIX), at);
    const start = before.lastIndexOf(LESS_THAN);
    if (start >= 0 && /^(?:[\w.-]+:)?$/.test(before.toString("latin1", start + 1))) return at - before.length + start;
  }
  return -1;
}

function createReader(part: string, rows: { first: number; last: number }, budget: WorkBudget) {
  const near: MergedRange[] = [];
  const columns: number[] = [];
  let isDone = false;
  const add = (range: MergedRange): void => {
    if (isNear(range, rows) && near.length < MAX_NEAR) near.push(range);
    if (range.bottom === range.top) return;
    if (columns.length === MAX_COLUMNS_OF_RANGES)
      throw brokenWorkbook(
        `Its part "${truncated(part)}" has more than ${MAX_COLUMNS_OF_RANGES.toLocaleString("en")} merged ranges.`,
      );
    columns.push(packColumn(range));
  };
  const parser: XmlParser = createXmlParser(
    part,
    {
      open(name, attributes) {
        const range = name === "mergeCell" ? rangeOf(attributes["ref"] ?? "") : undefined;
        if (range !== undefined) add(range);
      },
      close(name) {
        if (name === "mergeCells") isDone = true;
      },
      text: () => undefined,
    },
    budget,
  );
  return {
    write(bytes: Buffer): void {
      try {
        parser.write(bytes);
      } catch (error) {
        // Ignore errors after the element `mergeCells`. The parser has seen only this part of the XML, so it reports the tags after it as
        // tags without a root element.
        if (!isDone) throw error;
      }
    },
    isDone: () => isDone,
    result: (): MergedCells => ({ near, columns: Float64Array.from(columns).sort() }),
  };
}

/** Reads a reference such as `B4:C5`. Returns undefined for a single cell and for a range beyond the last column of a table. */
export function rangeOf(reference: string): MergedRange | undefined {
  const parts = /^([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$/i.exec(reference);
  if (parts === null) return undefined;
  const columns = [columnOf(parts[1] as string), columnOf(parts[3] as string)];
  const rows = [Number(parts[2]), Number(parts[4])];
  const [left, right] = [Math.min(...columns), Math.min(Math.max(...columns), MAX_FIELDS - 1)];
  const [top, bottom] = [Math.min(...rows), Math.min(Math.max(...rows), MAX_ROWS)];
  if (left >= MAX_FIELDS || top < 1 || top > MAX_ROWS || (left === right && top === bottom)) return undefined;
  return { top, bottom, left, right };
}

function columnOf(letters: string): number {
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}
