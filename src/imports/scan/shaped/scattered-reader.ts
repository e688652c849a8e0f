// Reads the scattered records of products from the file: records that are not next to the first record of their product. Reads the records
// of many products at once.
import type { FileHandle } from "node:fs/promises";
import { RangeReader, joinRanges } from "../../shape/attached.ts";
import type { ProductFormer } from "../../shape/form-products.ts";
import { RecordGroup } from "../../shape/record-group.ts";
import type { Range, Scattered } from "../../shape/scattered.ts";
import { truncatedFile } from "../../problems.ts";
import { readFully } from "../../read/text/text-file.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";

/** Approximate number of bytes of scattered records that are read at once. The reader needs about five times as much memory. */
const READ_BYTES = 2 << 20;
/** Ranges of the file with at most this number of bytes between them are read at once. */
const MAX_GAP = 1 << 16;

export interface ScatteredSource {
  file: FileHandle;
  dialect: Dialect;
  /** Number of columns of the file. */
  width: number;
  scattered: Scattered;
  /** Whether the mapping groups rows. If not, all products of one `attach` call are formed before the call after the next one. */
  has_group: boolean;
}

export class ScatteredReader {
  readonly #source: ScatteredSource;
  readonly #former: ProductFormer;
  readonly #reader: RangeReader;
  /** Buffer for the ranges that `#readRanges` returns. `#piece` is the buffer for one part of the file. */
  #bytes = Buffer.alloc(0);
  #piece = Buffer.alloc(0);
  #groups = [new RecordGroup(), new RecordGroup()];

  constructor(source: ScatteredSource, former: ProductFormer) {
    this.#source = source;
    this.#former = former;
    this.#reader = new RangeReader(source.dialect, source.width);
  }

  /** Takes the records of the file from row `row` on, reads the scattered records of their products, and attaches these to the products.
   * Stops after about READ_BYTES bytes. @returns the number of records that were taken, at most `count` */
  async attach(row: number, count: number): Promise<number> {
    const { scattered, width } = this.#source;
    if (scattered.is_empty) return count;
    const wanted: { row: number; ranges: Range[] }[] = [];
    let bytes = 0;
    let records = 0;
    for (; records < count && bytes < READ_BYTES; records++) {
      const ranges = scattered.rangesOf(row + records);
      if (ranges.length === 0) continue;
      wanted.push({ row: row + records, ranges });
      for (const { bytes: length, count: parts } of ranges) bytes += Math.max(length, parts * width);
    }
    if (wanted.length === 0) return records;
    const texts = await this.#readRanges(wanted.flatMap(({ ranges }) => ranges));
    const group = this.#nextGroup();
    for (const { row: base, ranges } of wanted)
      this.#former.attach(
        base,
        joinRanges(group, ranges, (range) => this.#reader.read(texts.get(range) as Buffer, range)),
      );
    return records;
  }

  /** Returns an empty group. Groups need much memory, so without `has_group`, two of them are used in turn: the products of a group are
   * formed before the group is used again. */
  #nextGroup(): RecordGroup {
    if (this.#source.has_group) return new RecordGroup();
    const [next, other] = this.#groups as [RecordGroup, RecordGroup];
    this.#groups = [other, next];
    next.clear();
    return next;
  }

  /** Reads ranges of the file. Ranges that are near each other are read at once, but the bytes between them are not kept. The result is valid
   * until the next call. */
  async #readRanges(ranges: readonly Range[]): Promise<Map<Range, Buffer>> {
    const total = ranges.reduce((sum, { bytes }) => sum + bytes, 0);
    if (this.#bytes.length < total) this.#bytes = Buffer.allocUnsafe(total);
    const texts = new Map<Range, Buffer>();
    let used = 0;
    for (const { at, end, parts } of piecesOf(ranges.toSorted((a, b) => a.at - b.at))) {
      if (this.#piece.length < end - at) this.#piece = Buffer.allocUnsafe(end - at);
      const piece = this.#piece.subarray(0, end - at);
      if ((await readFully(this.#source.file, piece, 0, at)) < piece.length) throw truncatedFile();
      for (const range of parts) {
        const text = this.#bytes.subarray(used, used + range.bytes);
        used += piece.copy(text, 0, range.at - at, range.at - at + range.bytes);
        texts.set(range, text);
      }
    }
    return texts;
  }
}

/** A part of the file that is read at once. */
interface Piece {
  at: number;
  end: number;
  parts: Range[];
}

function piecesOf(sorted: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  for (const range of sorted) {
    const last = pieces.at(-1);
    const end = range.at + range.bytes;
    if (last !== undefined && range.at - last.end <= MAX_GAP && end - last.at <= READ_BYTES) {
      last.end = Math.max(last.end, end);
      last.parts.push(range);
    } else pieces.push({ at: range.at, end, parts: [range] });
  }
  return pieces;
}
