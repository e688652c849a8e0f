// The record that the mapper is reading: its cells as texts, and what the mapper has found out about it.
import { isBlankText } from "../../../catalog/product/product.ts";
import type { Dialect, RejectCode } from "../../../../contract/imports/imports.ts";
import { fieldText } from "../../read/field-text.ts";
import { QUOTED, type Records } from "../../read/records.ts";
import { isWorkbook } from "../../read/detect/workbook-format.ts";

/** A value that does not fit the mapping. */
export interface MappingFault {
  code: RejectCode;
  /** The column of the file; -1 if the fault is not in one column. */
  column: number;
  text: string;
  /** What was expected, as the end of a sentence: `a number like 1.234,56`. */
  expected: string;
}

/** The text of a cell, and the number or date that the text represents. */
export interface KnownValue {
  text: string;
  value: string;
}

/** Whether cells without quotes are numbers, dates and booleans. A workbook is converted to text before the scan, and only its texts are
 * written in quotes. */
export const hasValueCells = ({ format }: Dialect): boolean => isWorkbook(format);

/** Maximum number of characters of a text in a fault. */
const SHOWN_TEXT = 200;

export class Row {
  readonly #dialect: Dialect;
  readonly #texts: string[];
  /** The serial number of the record that each of `#texts` belongs to. */
  readonly #serials: Float64Array;
  #serial = 0;
  /** Whether a cell without quotes contains a number, a date or a boolean of a workbook. */
  readonly has_values: boolean;
  records: Records | undefined;
  /** Index of the record's first field. */
  first = 0;
  /** Number of fields of the record; it may be less than the number of columns. */
  width = 0;
  /** The record's first fault. */
  fault: MappingFault | undefined;
  /** Set to true by a step that must run for every record, even if an earlier record had the same text. */
  must_see_again = false;
  /** The last cell that a step would misread if it were written in the format of the statement's sample number or date. Contains the
   * value that the step uses instead. */
  known: KnownValue | undefined;
  /** The texts that matched the placeholders of the last template, by placeholder; undefined if the template did not match. */
  holes: ReadonlyMap<string, string> | undefined;

  constructor(width: number, dialect: Dialect) {
    this.#dialect = dialect;
    this.has_values = hasValueCells(dialect);
    this.#texts = Array.from({ length: width }, () => "");
    this.#serials = new Float64Array(width);
  }

  /** Makes record r the current record. */
  open(records: Records, r: number): void {
    this.records = records;
    this.first = records.first_field[r] as number;
    this.width = (records.first_field[r + 1] as number) - this.first;
    this.#serial++;
    this.fault = undefined;
  }

  /** Returns the text of a cell. Each cell is decoded at most once. */
  text(column: number): string {
    if (this.#serials[column] === this.#serial) return this.#texts[column] as string;
    const text = column < this.width ? fieldText(this.records as Records, this.first + column, this.#dialect) : "";
    this.#texts[column] = text;
    this.#serials[column] = this.#serial;
    return text;
  }

  /** Returns the number of bytes of a cell. */
  cellBytes(column: number): number {
    if (column >= this.width) return 0;
    const { field_start, field_end } = this.records as Records;
    return (field_end[this.first + column] as number) - (field_start[this.first + column] as number);
  }

  /** Returns the number of bytes from the first cell to the last. */
  byteLength(): number {
    if (this.width === 0) return 0;
    const { field_start, field_end } = this.records as Records;
    return (field_end[this.first + this.width - 1] as number) - (field_start[this.first] as number);
  }

  /** Whether the cell is a number, a date or a boolean of a spreadsheet. */
  isValue(column: number): boolean {
    if (!this.has_values || column >= this.width) return false;
    return (((this.records as Records).field_flags[this.first + column] as number) & QUOTED) === 0;
  }

  isBlank(column: number): boolean {
    if (column >= this.width) return true;
    const { field_start, field_end, bytes } = this.records as Records;
    const start = field_start[this.first + column] as number;
    if (start === field_end[this.first + column]) return true;
    const byte = bytes[start] as number;
    if (byte > 0x20 && byte < 0x80) return false;
    return isBlankText(this.text(column));
  }

  beginSteps(): void {
    this.must_see_again = false;
  }

  /** Whether the steps since `beginSteps` had no effect other than their result. */
  isRepeatable(): boolean {
    return this.fault === undefined && !this.must_see_again;
  }

  /** Notes a fault. The first fault of a record counts. */
  reject(code: RejectCode, column: number, text: string, expected: string): null {
    this.fault ??= { code, column, text: text.slice(0, SHOWN_TEXT), expected };
    return null;
  }
}
