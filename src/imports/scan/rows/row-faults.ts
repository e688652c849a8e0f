// Finds the faults of rows that do not depend on existing products.
import { countCharacters, isBlankText } from "../../../catalog/product/product.ts";
import type { Layout } from "../../layout.ts";
import { fieldText, fieldYesOrNo } from "../../read/field-text.ts";
import { RECORD_FAULTS, type Records } from "../../read/records.ts";
import { limitedColumns, type LimitedColumn, type TypedColumn } from "./cell-rules.ts";
import type { Dialect, RejectCode } from "../../../../contract/imports/imports.ts";

export class RowFaults {
  /** A record with more bytes than this may have a value that is too long. */
  readonly long_record: number;
  readonly #layout: Layout;
  readonly #dialect: Dialect;
  readonly #typed: readonly TypedColumn[];
  readonly #limitedInFile: readonly LimitedColumn[];
  /** A computed value may be longer than its record. So its length is checked in every record, and not only in long records. */
  readonly #limitedComputed: readonly LimitedColumn[];
  #column = -1;

  constructor(layout: Layout, dialect: Dialect, typed: readonly TypedColumn[]) {
    this.#layout = layout;
    this.#dialect = dialect;
    this.#typed = typed;
    const limited = limitedColumns(layout);
    this.#limitedInFile = limited.filter(({ index }) => index < layout.file_width);
    this.#limitedComputed = limited.filter(({ index }) => index >= layout.file_width);
    this.long_record = Math.min(...this.#limitedInFile.map(({ limit }) => limit), Infinity);
  }

  /** Column of the fault that `faultOf` returned last; -1 for the record as a whole. */
  get column(): number {
    return this.#column;
  }

  /** Whether the cell is not blank. */
  hasValue(records: Records, r: number, column: number): boolean {
    const field = (records.first_field[r] as number) + column;
    const start = records.field_start[field] as number;
    const end = records.field_end[field] as number;
    if (start === end) return false;
    // If the first byte is a visible ASCII character, the cell is not blank, and its text need not be decoded.
    const letter = records.bytes[start] as number;
    return (letter > 0x20 && letter < 0x80) || !isBlankText(fieldText(records, field, this.#dialect));
  }

  /** Whether the row deletes its product. */
  deletes(records: Records, r: number): boolean {
    return this.#layout.delete >= 0 && this.hasValue(records, r, this.#layout.delete);
  }

  /** Returns the row's first fault that can be found without the catalogue. */
  faultOf(records: Records, r: number): RejectCode | undefined {
    this.#column = -1;
    const recordFault = RECORD_FAULTS[records.fault[r] as number];
    if (recordFault) return recordFault;
    const first = records.first_field[r] as number;
    const width = (records.first_field[r + 1] as number) - first;
    if (width < this.#layout.width) return "too_few_fields";
    if (width > this.#layout.width) return "too_many_fields";
    // In a row that deletes its product, only the key is read.
    if (this.deletes(records, r)) return undefined;
    const isLong = (records.end[r] as number) - (records.start[r] as number) > this.long_record;
    if (isLong && this.#exceedsLimit(records, first, this.#limitedInFile)) return "value_too_long";
    if (this.#limitedComputed.length > 0 && this.#exceedsLimit(records, first, this.#limitedComputed))
      return "value_too_long";
    return this.#typeFault(records, first);
  }

  /** Whether one of these columns has a value that is too long. If so, sets `#column`. */
  #exceedsLimit(records: Records, first: number, columns: readonly LimitedColumn[]): boolean {
    for (const { index, limit, unit } of columns) {
      const bytes = (records.field_end[first + index] as number) - (records.field_start[first + index] as number);
      if (bytes <= limit) continue;
      if (unit === "characters" && countCharacters(fieldText(records, first + index, this.#dialect)) <= limit) continue;
      this.#column = index;
      return true;
    }
    return false;
  }

  /** Returns the first fault of a value that is not of its column's type, and sets `#column`. */
  #typeFault(records: Records, first: number): RejectCode | undefined {
    const typed = this.#typed;
    for (let c = 0; c < typed.length; c++) {
      const { index, faultOfText, takes_yes_or_no } = typed[c] as TypedColumn;
      const field = first + index;
      if (records.field_start[field] === records.field_end[field]) continue;
      if (takes_yes_or_no && fieldYesOrNo(records, field) !== undefined) continue;
      const text = fieldText(records, field, this.#dialect);
      const fault = text.trim() === "" ? undefined : faultOfText(text);
      if (fault === undefined) continue;
      this.#column = index;
      return fault;
    }
    return undefined;
  }
}
