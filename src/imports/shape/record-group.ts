// The records of one group, copied from the windows of the file that contain them.
import { createRecords, growFields, growRecords, type Records } from "../read/records.ts";
import type { Row } from "../mapping/run/row.ts";

/** Returns the number of bytes of a record, or the number of its cells if that is larger: blank cells were added to a short record, so
 * it can have more cells than bytes. */
export const recordSize = (records: Records, r: number): number =>
  Math.max(
    (records.end[r] as number) - (records.start[r] as number),
    (records.first_field[r + 1] as number) - (records.first_field[r] as number),
  );

export class RecordGroup {
  readonly records: Records = createRecords();
  /** Number of each record in the file, from 1. */
  readonly rows: number[] = [];
  /** Position of each record in the text of the file, in bytes. */
  readonly positions: number[] = [];
  /** Whether each record only adds to the lists of the group. */
  readonly adds: boolean[] = [];
  /** Number of bytes of the records. */
  bytes = 0;
  /** Total size of the records of the group, as counted by `recordSize`. */
  size = 0;

  get count(): number {
    return this.records.count;
  }

  append(source: Records, r: number, { row, at }: { row: number; at: number }, isAdd = false): void {
    const { records } = this;
    const from = source.start[r] as number;
    const length = (source.end[r] as number) - from;
    this.#reserve(length);
    source.bytes.copy(records.bytes, this.bytes, from, from + length);
    const to = records.count;
    if (to + 1 >= records.start.length) growRecords(records);
    const shift = this.bytes - from;
    records.start[to] = this.bytes;
    records.end[to] = this.bytes + length;
    records.line[to] = source.line[r] as number;
    records.fault[to] = 0;
    const first = source.first_field[r] as number;
    const fields = (source.first_field[r + 1] as number) - first;
    const target = to === 0 ? 0 : (records.first_field[to] as number);
    while (target + fields > records.field_start.length) growFields(records);
    for (let f = 0; f < fields; f++) {
      records.field_start[target + f] = (source.field_start[first + f] as number) + shift;
      records.field_end[target + f] = (source.field_end[first + f] as number) + shift;
      records.field_flags[target + f] = source.field_flags[first + f] as number;
    }
    records.first_field[to] = target;
    records.first_field[to + 1] = target + fields;
    records.count = to + 1;
    this.bytes += length;
    this.size += recordSize(source, r);
    this.rows.push(row);
    this.positions.push(at);
    this.adds.push(isAdd);
  }

  /** Gives each blank cell of these columns the first value of its column in the group. */
  fill(columns: readonly number[], row: Row): void {
    const { records } = this;
    if (records.count < 2) return;
    for (const column of columns) {
      const blank: number[] = [];
      let found = -1;
      for (let r = 0; r < records.count; r++) {
        row.open(records, r);
        const field = (records.first_field[r] as number) + column;
        if (row.isBlank(column)) blank.push(field);
        else if (found < 0) found = field;
      }
      if (found < 0) continue;
      for (const field of blank) {
        records.field_start[field] = records.field_start[found] as number;
        records.field_end[field] = records.field_end[found] as number;
        records.field_flags[field] = records.field_flags[found] as number;
      }
    }
  }

  clear(): void {
    this.records.count = 0;
    this.rows.length = 0;
    this.positions.length = 0;
    this.adds.length = 0;
    this.bytes = 0;
    this.size = 0;
  }

  #reserve(length: number): void {
    const { records } = this;
    if (this.bytes + length <= records.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes + length, records.bytes.length * 2, 1 << 14));
    records.bytes.copy(larger, 0, 0, this.bytes);
    records.bytes = larger;
  }
}
