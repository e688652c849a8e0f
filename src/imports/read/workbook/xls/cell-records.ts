// Converts the records of cells to texts, by the same rules as the cells of other workbooks ([MS-XLS], 2.4).
import { isPlainValue, numberText } from "../cells/cell-text.ts";
import type { NumberFormat } from "../cells/number-format.ts";
import { brokenWorkbook, truncated } from "../broken-workbook.ts";
import type { StringStore } from "../string-store.ts";
import type { CodePage } from "./code-page.ts";
import { RECORD, type RecordReader } from "./record-reader.ts";
import { StringReader } from "./string-reader.ts";

/** Rows from `first` to `last`, counted from 0. */
export interface Band {
  first: number;
  last: number;
}

export interface CellContext {
  /** Name of the sheet, for messages. */
  name: string;
  strings: Pick<StringStore, "get">;
  formats: readonly NumberFormat[];
  is_1904: boolean;
  code_page: CodePage | undefined;
  /** The rows to read; undefined for all rows. */
  band: Band | undefined;
}

/** @param isValue whether the text is a number, a date or a boolean, written in the same form for every workbook */
export type OnCell = (row: number, column: number, text: string, isValue: boolean) => void;

/** Number of bytes of row, column and style. */
const POSITION_BYTES = 6;
const RESULT_BYTES = 8;
/** Kinds of results of formulas that are not numbers. */
const TEXT_RESULT = 0;
const LOGICAL_RESULT = 1;
const ERROR_RESULT = 2;
/** Flags of a formula that is calculated whenever the workbook is opened. Excel never sets both: programs that cannot calculate do, and write
 * 0 as the result. */
const NOT_CALCULATED = 0x03;

const ERRORS: ReadonlyMap<number, string> = new Map([
  [0x00, "#NULL!"],
  [0x07, "#DIV/0!"],
  [0x0f, "#VALUE!"],
  [0x17, "#REF!"],
  [0x1d, "#NAME?"],
  [0x24, "#NUM!"],
  [0x2a, "#N/A"],
  [0x2b, "#GETTING_DATA"],
]);
const NOT_A_NUMBER = "#NUM!";
const errorText = (code: number | undefined): string => ERRORS.get(code ?? -1) ?? "#VALUE!";

/** Whether the record is a cell, or several cells of a row, that may have a text. */
export function isCell(type: number): boolean {
  switch (type) {
    case RECORD.LABELSST:
    case RECORD.RK:
    case RECORD.NUMBER:
    case RECORD.MULRK:
    case RECORD.FORMULA:
    case RECORD.LABEL:
    case RECORD.RSTRING:
    case RECORD.BOOLERR:
      return true;
    default:
      return false;
  }
}

/** Returns the number of cells in the record. */
export const cellsOf = ({ type, length }: RecordReader): number =>
  type === RECORD.MULRK ? Math.floor((length - 4) / 6) : 1;

export class CellReader {
  readonly #context: CellContext;
  readonly #onCell: OnCell;
  /** The formula whose result is the text of a later record. */
  #formula: { row: number; column: number } | undefined;
  /** A text that may continue in the next record. */
  #text: StringReader | undefined;

  constructor(context: CellContext, onCell: OnCell) {
    this.#context = context;
    this.#onCell = onCell;
  }

  /** Reads a record. @throws Problem broken-workbook */
  read(reader: RecordReader): void {
    const { type, bytes, at } = reader;
    if (type === RECORD.CONTINUE) {
      this.#text?.write(reader.data(), true);
      return;
    }
    this.#text?.end();
    this.#text = undefined;
    if (type === RECORD.STRING) {
      if (this.#formula !== undefined) this.#readText(reader.data(), this.#formula.row, this.#formula.column);
      this.#formula = undefined;
      return;
    }
    if (!isCell(type)) return;
    this.#formula = undefined;
    reader.require(POSITION_BYTES);
    const row = bytes.readUInt16LE(at);
    const { band } = this.#context;
    if (band !== undefined && (row < band.first || row > band.last)) return;
    const column = bytes.readUInt16LE(at + 2);
    const style = bytes.readUInt16LE(at + 4);
    switch (type) {
      case RECORD.LABELSST:
        reader.require(POSITION_BYTES + 4);
        this.#onCell(row, column, this.#context.strings.get(bytes.readUInt32LE(at + 6)), false);
        return;
      case RECORD.RK:
        reader.require(POSITION_BYTES + 4);
        this.#addNumber(row, column, rkNumber(bytes, at + 6), style);
        return;
      case RECORD.NUMBER:
        reader.require(POSITION_BYTES + RESULT_BYTES);
        this.#addNumber(row, column, bytes.readDoubleLE(at + 6), style);
        return;
      case RECORD.MULRK:
        // The record contains a style and a number for each column, and ends with the number of the last column.
        for (let i = 4; i + 8 <= reader.length; i += 6)
          this.#addNumber(row, column + (i - 4) / 6, rkNumber(bytes, at + i + 2), bytes.readUInt16LE(at + i));
        return;
      case RECORD.BOOLERR:
        reader.require(POSITION_BYTES + 2);
        if (bytes[at + 7] === 1) this.#onCell(row, column, errorText(bytes[at + 6]), false);
        else this.#onCell(row, column, bytes[at + 6] === 0 ? "false" : "true", true);
        return;
      case RECORD.FORMULA:
        this.#readFormula(reader, row, column, style);
        return;
      default:
        this.#readText(reader.data().subarray(POSITION_BYTES), row, column);
    }
  }

  /** @throws Problem broken-workbook if the last text is incomplete */
  end(): void {
    this.#text?.end();
  }

  #readText(bytes: Buffer, row: number, column: number): void {
    const { code_page: codePage } = this.#context;
    if (codePage !== undefined) {
      this.#onCell(row, column, codePage.read(bytes, 0, 2), false);
      return;
    }
    this.#text = new StringReader(1, (text) => {
      this.#onCell(row, column, text, false);
    });
    this.#text.write(bytes, false);
  }

  #readFormula(reader: RecordReader, row: number, column: number, style: number): void {
    const { bytes, at } = reader;
    reader.require(POSITION_BYTES + RESULT_BYTES + 2);
    if (bytes.readUInt16LE(at + 12) !== 0xffff) {
      const value = bytes.readDoubleLE(at + 6);
      const flags = bytes.readUInt16LE(at + 14);
      if (value === 0 && (flags & NOT_CALCULATED) === NOT_CALCULATED)
        throw brokenWorkbook(
          `The cell in row ${row + 1}, column ${column + 1} of "${truncated(this.#context.name)}" contains a formula that was never calculated.`,
        );
      this.#addNumber(row, column, value, style);
      return;
    }
    switch (bytes[at + 6]) {
      case TEXT_RESULT:
        this.#formula = { row, column };
        return;
      case LOGICAL_RESULT:
        this.#onCell(row, column, bytes[at + 8] === 0 ? "false" : "true", true);
        return;
      case ERROR_RESULT:
        this.#onCell(row, column, errorText(bytes[at + 8]), false);
        return;
      default:
      // The result is blank.
    }
  }

  #addNumber(row: number, column: number, value: number, style: number): void {
    if (!Number.isFinite(value)) {
      this.#onCell(row, column, NOT_A_NUMBER, false);
      return;
    }
    const raw = rawNumber(value);
    const text = numberText(raw, this.#context.formats[style] ?? "plain", this.#context.is_1904);
    this.#onCell(row, column, text, isPlainValue(raw, text));
  }
}

/** Writes the number as a workbook in XML does. Above 2^53, a double is not exactly the digits that were entered: an exponent marks it as a
 * number that may be rounded. */
const rawNumber = (value: number): string =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);

const double = new DataView(new ArrayBuffer(8));

/** Reads a number of four bytes: the upper 30 bits of a double or an integer of 30 bits, possibly divided by 100. */
function rkNumber(bytes: Buffer, at: number): number {
  const packed = bytes.readInt32LE(at);
  let value = packed >> 2;
  if ((packed & 2) === 0) {
    double.setInt32(0, packed & ~3);
    value = double.getFloat64(0);
  }
  return (packed & 1) === 0 ? value : value / 100;
}
