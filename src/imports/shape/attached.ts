// The scattered records of a product, read from the file or from memory.
import type { Dialect } from "../../../contract/imports/imports.ts";
import { createFit, fitChunk } from "../read/fit/fit-records.ts";
import { createRecords, type Records } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import type { Attached } from "./formed.ts";
import type { RecordGroup } from "./record-group.ts";
import type { Range } from "./scattered.ts";

/** Appends the records of all ranges to `group`. One group holds the scattered records of many products, because its arrays are large.
 * @param read returns the records of one range, which are valid until the next call */
export function joinRanges(group: RecordGroup, ranges: readonly Range[], read: (range: Range) => Records): Attached {
  const from = group.count;
  const before = group.size;
  for (const range of ranges) {
    const records = read(range);
    for (let r = 0; r < records.count; r++) group.append(records, r, { row: range.row + r, at: range.at });
  }
  return { records: group.records, rows: group.rows, from, to: group.count, size: group.size - before };
}

export class RangeReader {
  readonly #dialect: Dialect;
  readonly #records = createRecords();
  readonly #fit;

  /** @param width number of columns of the file */
  constructor(dialect: Dialect, width: number) {
    this.#dialect = dialect;
    this.#fit = createFit(width, dialect);
  }

  /** Returns the records in the bytes of a range. @throws Error if the number of records differs, because the file has changed */
  read(bytes: Buffer, { line, count }: Range): Records {
    const splitter = createSplitter(this.#dialect, line);
    splitRecords(splitter, { bytes, from: 0, to: bytes.length, at_end: true }, this.#records);
    const fitted = fitChunk(this.#records, this.#fit);
    if (fitted.count !== count) throw new Error(`a range has ${fitted.count} records instead of ${count}`);
    return fitted;
  }
}
