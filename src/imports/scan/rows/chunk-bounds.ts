// Divides the records of a file into chunks. A chunk is a range of bytes that one loader applies.
import type { Chunk } from "../../chunk-store.ts";
import type { Layout } from "../../layout.ts";
import { RECORD_FAULTS, type Records } from "../../read/records.ts";
import { allBitsSet, type Bits } from "./bits.ts";
import { maxChunkRecords } from "./chunk-limits.ts";

/** Maximum number of bytes in a chunk, because a loader holds a whole chunk in memory. */
const MAX_CHUNK_BYTES = 4 << 20;
const TOO_LONG = RECORD_FAULTS.indexOf("record_too_long");

export class ChunkBounds {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  /** In a table with a single column, a blank line is a record that consists of its line end alone. In such a table, a chunk extends to the
   * start of the next record, so that the chunk includes its last line end. */
  readonly #keepsBlankLines: boolean;
  readonly #chunks: Omit<Chunk, "skip">[] = [];
  #current: Omit<Chunk, "skip"> | undefined;

  /** @param maxRecords maximum number of records in a chunk */
  constructor(layout: Layout, maxRecords = maxChunkRecords(layout)) {
    this.#maxRecords = maxRecords;
    this.#maxBytes = MAX_CHUNK_BYTES / layout.copies;
    this.#keepsBlankLines = layout.file_width === 1;
  }

  /** Adds the first `count` records of a window.
   * @param offset the start of `records.bytes` in the text
   * @param row index of the row of the first record */
  add({ start, end, line, fault }: Records, offset: number, row: number, count: number): void {
    let current = this.#current;
    let r = 0;
    while (r < count) {
      const byteStart = offset + (start[r] as number);
      if (current !== undefined && this.#keepsBlankLines) current.byte_end = byteStart;
      // A record that is too long for memory is not part of any chunk.
      if (fault[r] === TOO_LONG) {
        current = undefined;
        r++;
        continue;
      }
      const byteEnd = offset + (end[r] as number);
      if (
        current === undefined ||
        current.records === this.#maxRecords ||
        byteEnd - current.byte_start > this.#maxBytes
      ) {
        current = {
          chunk_no: this.#chunks.length,
          byte_start: byteStart,
          byte_end: byteEnd,
          first_row: row + r + 1,
          first_line: line[r] as number,
          records: 0,
        };
        this.#chunks.push(current);
      }
      const lastEnd = current.byte_start + this.#maxBytes - offset;
      const last = Math.min(count, r + this.#maxRecords - current.records);
      let next = r + 1;
      while (next < last && (end[next] as number) <= lastEnd && fault[next] !== TOO_LONG) next++;
      current.byte_end = offset + (end[next - 1] as number);
      current.records += next - r;
      r = next;
    }
    this.#current = current;
  }

  /** Returns the chunks that have a row to apply. Call it once, after the last window.
   * @param textEnd the length of the text
   * @param skip the rows that loaders skip */
  chunks(textEnd: number, skip: Bits): Chunk[] {
    if (this.#current !== undefined && this.#keepsBlankLines) this.#current.byte_end = textEnd;
    return this.#chunks.flatMap((chunk) => {
      const bits = skip.slice(chunk.first_row - 1, chunk.first_row - 1 + chunk.records);
      // Leave out a chunk without a row to apply. A file that contains only rejects has no chunks.
      return allBitsSet(bits, chunk.records) ? [] : [{ ...chunk, skip: bits }];
    });
  }
}
