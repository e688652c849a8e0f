// Reads the cells of a chunk's rows. Column -1 means that the file does not have the column.
import { BOOLEAN_CELLS } from "../../catalog/bulk/merge.ts";
import { isBlankText, parseNumber } from "../../catalog/product/product.ts";
import { parseYesNo } from "../../../contract/catalog/yes-no.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { fieldText } from "../read/field-text.ts";
import type { ChunkRows } from "./chunk-rows.ts";

export interface RowCells {
  /** Index of the cell in the fields of `records`. */
  fieldOf: (row: number, column: number) => number;
  fieldLength: (field: number) => number;
  recordLength: (row: number) => number;
  isBlank: (row: number, column: number) => boolean;
  /** Returns one of BOOLEAN_CELLS. */
  booleanCell: (row: number, column: number) => number;
  /** Returns NaN if the cell is blank. The scan has already rejected rows in which this cell contains text that is not a number. */
  numberCell: (row: number, column: number) => number;
}

export function createRowCells({ records, record }: ChunkRows, dialect: Dialect): RowCells {
  const fieldOf = (row: number, column: number): number =>
    (records.first_field[record[row] as number] as number) + column;
  const fieldLength = (field: number): number =>
    (records.field_end[field] as number) - (records.field_start[field] as number);
  return {
    fieldOf,
    fieldLength,
    recordLength(row) {
      const r = record[row] as number;
      return (records.end[r] as number) - (records.start[r] as number);
    },
    isBlank(row, column) {
      if (column < 0) return true;
      const field = fieldOf(row, column);
      if (fieldLength(field) === 0) return true;
      const first = records.bytes[records.field_start[field] as number] as number;
      if (first > 0x20 && first < 0x80) return false;
      return isBlankText(fieldText(records, field, dialect));
    },
    booleanCell(row, column) {
      if (column < 0) return BOOLEAN_CELLS.blank;
      const field = fieldOf(row, column);
      if (fieldLength(field) === 0) return BOOLEAN_CELLS.blank;
      const text = fieldText(records, field, dialect).trim();
      return text === "" ? BOOLEAN_CELLS.blank : parseYesNo(text) ? BOOLEAN_CELLS.yes : BOOLEAN_CELLS.no;
    },
    numberCell: (row, column) =>
      column < 0 ? NaN : (parseNumber(fieldText(records, fieldOf(row, column), dialect)) ?? NaN),
  };
}
