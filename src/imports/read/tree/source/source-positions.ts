// Positions of records in an XML or JSON file, stored in a file beside the converted table. For each row of the table, the file contains
// where its record begins and how long the record is, in characters of the decoded text. Then it contains, for each chunk of the text,
// where the chunk begins, in characters and in bytes.
import type { TextFile } from "../../text/text-file.ts";

/** Number of bytes for each row: the position as a double, and the length as an unsigned integer. */
const ROW_BYTES = 12;
/** Number of bytes that the file has for each chunk of text: the chunk's position in characters and its position in bytes, both as
 * doubles. */
const CHUNK_BYTES = 16;
/** Number of bytes at the end of the file: the number of rows and the number of chunks, as doubles. */
const END_BYTES = 16;
const PAGE_BYTES = ROW_BYTES * 8192;

/** Returns the path of the positions file that belongs to the table at `path`. */
export const positionsPath = (path: string): string => `${path}.positions`;

/** Collects the positions of records in the text of a file. */
export class SourcePositions {
  #page = Buffer.allocUnsafe(PAGE_BYTES);
  #at = 0;
  #pages: Buffer[] = [];
  readonly #chunks: number[] = [];
  #rows = 0;

  /** Adds the position of the next row's record: the characters `[from, to)` of the decoded text. */
  add(from: number, to: number): void {
    this.#page.writeDoubleLE(from, this.#at);
    this.#page.writeUInt32LE(Math.min(to - from, 0xffffffff), this.#at + 8);
    this.#at += ROW_BYTES;
    this.#rows++;
    if (this.#at < PAGE_BYTES) return;
    this.#pages.push(this.#page);
    this.#page = Buffer.allocUnsafe(PAGE_BYTES);
    this.#at = 0;
  }

  /** Adds the position of the next chunk of the text: the numbers of characters and bytes before it. */
  addChunk(characters: number, bytes: number): void {
    this.#chunks.push(characters, bytes);
  }

  /** Returns the pages that were completed since the last call. */
  take(): Buffer[] {
    return this.#pages.splice(0);
  }

  /** Returns the last bytes of the positions file: the incomplete page, the positions of the chunks, and the numbers of rows and chunks. */
  end(): Buffer {
    const values = [...this.#chunks, this.#rows, this.#chunks.length / 2];
    const end = Buffer.alloc(values.length * 8);
    for (const [i, value] of values.entries()) end.writeDoubleLE(value, i * 8);
    return Buffer.concat([this.#page.subarray(0, this.#at), end]);
  }
}

/** Returns where the record of a row begins, from all pages of a positions file. Rows are numbered from 1.
 * @returns undefined if the table has no such row */
export function readPosition(pages: Buffer, row: number): { from: number; length: number } | undefined {
  if (pages.length < END_BYTES) return undefined;
  const rows = pages.readDoubleLE(pages.length - END_BYTES);
  if (row < 1 || row > rows || rows * ROW_BYTES > pages.length) return undefined;
  const at = (row - 1) * ROW_BYTES;
  return { from: pages.readDoubleLE(at), length: pages.readUInt32LE(at + 8) };
}

export interface StoredPositions {
  /** Where each chunk of the text begins, in characters and in bytes. */
  chunks: { characters: number; bytes: number }[];
  /** Returns where the record of a row begins and its length, in characters of the decoded text. Rows are numbered from 1.
   * @returns undefined if the table has no such row */
  rowAt(row: number): Promise<{ from: number; length: number } | undefined>;
}

/** @returns undefined if the file is incomplete */
export async function readPositions(file: TextFile): Promise<StoredPositions | undefined> {
  const { size } = await file.stat();
  if (size < END_BYTES) return undefined;
  const end = Buffer.alloc(END_BYTES);
  await file.read(end, 0, END_BYTES, size - END_BYTES);
  const rows = end.readDoubleLE(0);
  const count = end.readDoubleLE(8);
  if (rows * ROW_BYTES + count * CHUNK_BYTES + END_BYTES !== size) return undefined;
  const stored = Buffer.alloc(count * CHUNK_BYTES);
  await file.read(stored, 0, stored.length, rows * ROW_BYTES);
  const entry = Buffer.alloc(ROW_BYTES);
  return {
    chunks: Array.from({ length: count }, (_, i) => ({
      characters: stored.readDoubleLE(i * CHUNK_BYTES),
      bytes: stored.readDoubleLE(i * CHUNK_BYTES + 8),
    })),
    async rowAt(row) {
      if (row < 1 || row > rows) return undefined;
      await file.read(entry, 0, ROW_BYTES, (row - 1) * ROW_BYTES);
      return { from: entry.readDoubleLE(0), length: entry.readUInt32LE(8) };
    },
  };
}
