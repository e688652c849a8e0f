// Reads the cells of a chunk's rows. Column -1 means that the file does not have the column.
import { BOOLEAN_CELLS } from "../../catalog/bulk/merge.ts";
import { isBlankText, parseNumber } from "../../catalog/product/product.ts";
import { parseYesNo } from "../../../contract/catalog/yes-no.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { fieldText, fieldYesOrNo } from "../read/field-text.ts";
import { ERASES } from "../read/records.ts";
import type { ChunkRows } from "./chunk-rows.ts";

export interface RowCells {
  /** Index of the cell in the fields of `records`. */
  fieldOf: (row: number, column: number) => number;
  fieldLength: (field: number) => number;
  recordLength: (row: number) => number;
  isBlank: (row: number, column: number) => boolean;
  /** Whether the product keeps its text: the cell is blank, and no mapping erases the text. */
  isKept: (row: number, column: number) => boolean;
  /** Returns one of BOOLEAN_CELLS. */
  booleanCell: (row: number, column: number) => number;
  /** Returns NaN if the cell is blank. The scan has already rejected rows in which this cell contains text that is not a number. */
  numberCell: (row: number, column: number) => number;
}

/** The first bytes of white space outside ASCII in UTF-8: U+00A0, U+1680, U+2000 to U+205F, U+3000 and U+FEFF. */
const WHITE_SPACE_BYTES: readonly number[] = [0xc2, 0xe1, 0xe2, 0xe3, 0xef];

export function createRowCells({ records, record }: ChunkRows, dialect: Dialect): RowCells {
  const fieldOf = (row: number, column: number): number =>
    (records.first_field[record[row] as number] as number) + column;
  const fieldLength = (field: number): number =>
    (records.field_end[field] as number) - (records.field_start[field] as number);
  const isBlank = (row: number, column: number): boolean => {
    if (column < 0) return true;
    const field = fieldOf(row, column);
    if (fieldLength(field) === 0) return true;
    const first = records.bytes[records.field_start[field] as number] as number;
    // White space outside ASCII begins with one of a few bytes, so most texts in other alphabets need not be decoded.
    if (first > 0x20 && (first < 0x80 || !WHITE_SPACE_BYTES.includes(first))) return false;
    return isBlankText(fieldText(records, field, dialect));
  };
  return {
    fieldOf,
    fieldLength,
    recordLength(row) {
      const r = record[row] as number;
      return (records.end[r] as number) - (records.start[r] as number);
    },
    isBlank,
    isKept: (row, column) =>
      isBlank(row, column) && ((records.field_flags[fieldOf(row, column)] as number) & ERASES) === 0,
    booleanCell(row, column) {
      if (column < 0) return BOOLEAN_CELLS.blank;
      const field = fieldOf(row, column);
      if (fieldLength(field) === 0) return BOOLEAN_CELLS.blank;
      const word = fieldYesOrNo(records, field);
      if (word !== undefined) return word ? BOOLEAN_CELLS.yes : BOOLEAN_CELLS.no;
      const text = fieldText(records, field, dialect).trim();
      return text === "" ? BOOLEAN_CELLS.blank : parseYesNo(text) ? BOOLEAN_CELLS.yes : BOOLEAN_CELLS.no;
    },
    numberCell: (row, column) =>
      column < 0 ? NaN : (parseNumber(fieldText(records, fieldOf(row, column), dialect)) ?? NaN),
  };
}
