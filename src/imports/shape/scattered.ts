// Records that are merged into the product of another record, wherever they are in the file: layers of an overlay, and rows that are merged
// with an earlier row. Neighbouring records of the same product are stored as one range of bytes.
import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of ranges, which need 36 bytes each. */
export const MAX_RANGES = 2_000_000;
/** Maximum number of records that belong to one product. */
export const MAX_GROUP_RECORDS = 16_384;
/** Maximum number of bytes of the records that belong to one product. If the records have more cells than bytes, the number of cells is
 * limited instead: a cell needs nine bytes of memory, even a blank cell that is added to a short record. */
export const MAX_GROUP_BYTES = 8 << 20;

/** Neighbouring records of one product. */
export interface Range {
  /** Row number of the first record of the range, from 1. */
  row: number;
  /** Position of the records in the text of the file, in bytes. */
  at: number;
  /** Number of bytes of the records. */
  bytes: number;
  line: number;
  count: number;
}

/** How a record relates to the products of the file. `own`: the record is a product. `part`: it belongs to another record's product.
 * `orphan`: the file lacks this product. `too_large`: too many records belong to this product. */
export type Place = "own" | "part" | "orphan" | "too_large";

export class Scattered {
  #size = 0;
  #base = new Int32Array(1024);
  #row = new Int32Array(1024);
  #count = new Int32Array(1024);
  #bytes = new Int32Array(1024);
  #at = new Float64Array(1024);
  #line = new Float64Array(1024);
  /** The indexes of all ranges, sorted by the record to whose product the range belongs. */
  #order = new Int32Array(0);
  #tooLarge = new Uint8Array(0);
  readonly #largeBases = new Set<number>();
  readonly #width: number;

  /** @param width number of columns of the file */
  constructor(width: number) {
    this.#width = width;
  }

  /** Adds a record that is merged into the product of record `base`. Call this in the order of the records in the file.
   * @param base number of the record with the product; the number of the product's first layer if the product's own row has not been read
   * yet */
  add(base: number, record: Omit<Range, "count">): void {
    const last = this.#size - 1;
    const isNext =
      last >= 0 &&
      this.#base[last] === base &&
      (this.#row[last] as number) + (this.#count[last] as number) === record.row &&
      record.at + record.bytes - (this.#at[last] as number) <= MAX_GROUP_BYTES;
    if (isNext) {
      this.#count[last] = (this.#count[last] as number) + 1;
      this.#bytes[last] = record.at + record.bytes - (this.#at[last] as number);
      return;
    }
    if (this.#size >= MAX_RANGES) throw tooScattered();
    if (this.#size === this.#base.length) this.#grow();
    const i = this.#size++;
    this.#base[i] = base;
    this.#row[i] = record.row;
    this.#count[i] = 1;
    this.#bytes[i] = record.bytes;
    this.#at[i] = record.at;
    this.#line[i] = record.line;
  }

  /** Assigns each record to its final product, because a later row with the same SKU may have replaced the record that `add` received as
   * `base`. Call this after the last `add` and before `placeOf` and `rangesOf`.
   * @param resolve returns the number of the last record that replaces `base`, or `base` if no record replaces it; -1 if the file lacks
   * the product */
  close(resolve: (base: number) => number): void {
    const size = this.#size;
    let isSorted = true;
    for (let i = 0; i < size; i++) {
      this.#base[i] = resolve(this.#base[i] as number);
      if (i > 0 && (this.#base[i] as number) < (this.#base[i - 1] as number)) isSorted = false;
    }
    this.#order = Int32Array.from({ length: size }, (_, i) => i);
    const base = this.#base;
    if (!isSorted) this.#order.sort((a, b) => (base[a] as number) - (base[b] as number) || a - b);
    this.#tooLarge = new Uint8Array(size);
    for (let from = 0; from < size; from = this.#markLarge(from));
  }

  placeOf(row: number): Place {
    if (this.#largeBases.has(row)) return "too_large";
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#row[middle] as number) <= row) low = middle + 1;
      else high = middle;
    }
    const i = low - 1;
    if (i < 0 || row >= (this.#row[i] as number) + (this.#count[i] as number)) return "own";
    if (this.#base[i] === -1) return "orphan";
    return this.#tooLarge[i] === 1 ? "too_large" : "part";
  }

  /** Returns the ranges that belong to the product of a record, in the order of the file. */
  rangesOf(row: number): Range[] {
    const ranges: Range[] = [];
    for (let at = this.#firstOf(row); at < this.#size; at++) {
      const i = this.#order[at] as number;
      if (this.#base[i] !== row || this.#tooLarge[i] === 1) break;
      ranges.push({
        row: this.#row[i] as number,
        at: this.#at[i] as number,
        bytes: this.#bytes[i] as number,
        line: this.#line[i] as number,
        count: this.#count[i] as number,
      });
    }
    return ranges;
  }

  get is_empty(): boolean {
    return this.#size === 0;
  }

  /** Returns the position in `#order` of the first range that belongs to the product of record `row`. */
  #firstOf(row: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#base[this.#order[middle] as number] as number) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Marks all ranges of the product whose first range is at `from` in `#order` if the product has too many records or bytes in total.
   * Returns the position in `#order` of the next product's first range. */
  #markLarge(from: number): number {
    const base = this.#base[this.#order[from] as number] as number;
    let to = from;
    let records = 0;
    let bytes = 0;
    while (to < this.#size && this.#base[this.#order[to] as number] === base) {
      const i = this.#order[to] as number;
      records += this.#count[i] as number;
      bytes += Math.max(this.#bytes[i] as number, (this.#count[i] as number) * this.#width);
      to++;
    }
    if (base === -1 || (records < MAX_GROUP_RECORDS && bytes <= MAX_GROUP_BYTES)) return to;
    this.#largeBases.add(base);
    for (let at = from; at < to; at++) this.#tooLarge[this.#order[at] as number] = 1;
    return to;
  }

  #grow(): void {
    const size = this.#base.length * 2;
    const larger = <A extends Int32Array | Float64Array>(next: A, full: A): A => {
      next.set(full);
      return next;
    };
    this.#base = larger(new Int32Array(size), this.#base);
    this.#row = larger(new Int32Array(size), this.#row);
    this.#count = larger(new Int32Array(size), this.#count);
    this.#bytes = larger(new Int32Array(size), this.#bytes);
    this.#at = larger(new Float64Array(size), this.#at);
    this.#line = larger(new Float64Array(size), this.#line);
  }
}

const tooScattered = (): Problem =>
  new Problem(
    "mapping-invalid",
    `The file has rows that belong to the product of another row in more than ${MAX_RANGES.toLocaleString("en")} places. Sort the file by the key, so that the rows of each product are neighbours, or divide the file.`,
    { extra: { statement: "key", ...because("mapping-too-scattered", { limit: MAX_RANGES }) } },
  );
