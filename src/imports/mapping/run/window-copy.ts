// A copy of the records in a window of the file. The mapper appends its computed fields to each record of the copy.
import { createRecords, ERASES, growFields, growRecords, type Records } from "../../read/records.ts";
import { OutBytes } from "./bytes/out-bytes.ts";

export class WindowCopy {
  readonly out = new OutBytes();
  readonly records = createRecords();
  readonly #width: number;
  readonly #appended: number;
  #source: Records = this.records;
  /** Index of the next field to write. */
  #field = 0;
  /** Index of the field that follows the last field of the record that is being written. */
  #next = 0;

  /** @param appended number of fields that are appended to each record of `width` fields */
  constructor(width: number, appended: number) {
    this.#width = width;
    this.#appended = appended;
  }

  start(source: Records): void {
    this.#source = source;
    this.#field = 0;
    const { records } = this;
    while (records.start.length < source.count) growRecords(records);
    records.count = source.count;
    records.start.set(source.start.subarray(0, source.count));
    records.end.set(source.end.subarray(0, source.count));
    records.line.set(source.line.subarray(0, source.count));
    records.fault.set(source.fault.subarray(0, source.count));
    records.first_field[0] = 0;
    this.out.start(source.bytes);
  }

  /** Copies a record without computing fields. If it has `width` fields, blank fields are appended in place of the computed ones. A
   * record with any other number of fields is copied unmodified. */
  copyRecord(r: number): void {
    const fields = (this.#source.first_field[r + 1] as number) - (this.#source.first_field[r] as number);
    this.copyFields(r);
    if (fields === this.#width) this.endRecord();
    else this.records.first_field[r + 1] = this.#next = this.#field;
  }

  copyFields(r: number): void {
    const { records } = this;
    const { first_field, field_start, field_end, field_flags } = this.#source;
    const from = first_field[r] as number;
    const to = first_field[r + 1] as number;
    let at = this.#field;
    while (records.field_start.length < at + (to - from) + this.#appended) growFields(records);
    const starts = records.field_start;
    const ends = records.field_end;
    const flags = records.field_flags;
    for (let f = from; f < to; f++, at++) {
      starts[at] = field_start[f] as number;
      ends[at] = field_end[f] as number;
      flags[at] = field_flags[f] as number;
    }
    this.#field = at;
    this.#next = at + this.#appended;
    records.first_field[r + 1] = this.#next;
  }

  /** Appends a field whose bytes have already been written to `[start, end)`. */
  bounds(start: number, end: number): void {
    const at = this.#field++;
    this.records.field_start[at] = start;
    this.records.field_end[at] = end;
    this.records.field_flags[at] = 0;
  }

  /** Marks the last field as a field that erases the product's value. */
  erase(): void {
    this.records.field_flags[this.#field - 1] = ERASES;
  }

  /** Appends a blank field for each appended column that has not been written. */
  endRecord(): void {
    while (this.#field < this.#next) this.bounds(this.out.length, this.out.length);
  }

  finish(): Records {
    this.records.bytes = this.out.bytes.subarray(0, this.out.length);
    return this.records;
  }
}
