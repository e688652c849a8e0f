// Reads the unmodified records of an XML or JSON file by their positions.
import { open } from "node:fs/promises";
import type { Encoding } from "../../../../../contract/imports/import-names.ts";
import { createDecoder } from "../../text/decoders.ts";
import type { OpenedFile } from "../../text/text-file.ts";
import { bomLength } from "../../text/transcode.ts";
import { positionsPath, readPositions, type StoredPositions } from "./source-positions.ts";

/** Number of bytes before a chunk that are decoded as well, because a chunk may begin within a character. */
const BYTES_BEFORE = 1024;

/** The path of the unpacked file, for the table at `path` that was converted from a packed file. */
export const unpackedPath = (path: string): string => `${path}.source`;

export interface SourceFile {
  /** The path of the XML or JSON file. */
  path: string;
  encoding: Encoding;
  /** The path of the table into which the source was converted. */
  table_path: string;
}

/**
 * Returns the text of the record of each row.
 * @param rows the numbers of the rows of the table, in any order; ascending numbers are read in one pass
 * @param limit maximum number of characters of a record. A longer record is cut
 * @param openFile opens a file by its path
 * @returns undefined for a row without a position, and for all rows if the files are not complete
 */
export async function readSources(
  { path, encoding, table_path }: SourceFile,
  rows: readonly number[],
  limit: number,
  openFile: (path: string) => Promise<OpenedFile> = open,
): Promise<(string | undefined)[]> {
  const files: OpenedFile[] = [];
  try {
    for (const each of [path, positionsPath(table_path)]) files.push(await openFile(each));
    const [source, stored] = files as [OpenedFile, OpenedFile];
    const positions = await readPositions(stored);
    if (positions === undefined) return rows.map(() => undefined);
    const text = new SourceText(source, encoding, positions);
    const found: (string | undefined)[] = [];
    for (const row of rows) {
      const position = await positions.rowAt(row);
      found.push(position === undefined ? undefined : await text.read(position.from, position.length, limit));
    }
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return rows.map(() => undefined);
    throw error;
  } finally {
    for (const file of files) await file.close();
  }
}

class SourceText {
  readonly #file: OpenedFile;
  readonly #encoding: Encoding;
  readonly #chunks: StoredPositions["chunks"];
  /** The number and the text of the chunk that was decoded last. */
  #decoded: { chunk: number; text: string } | undefined;

  constructor(file: OpenedFile, encoding: Encoding, { chunks }: StoredPositions) {
    this.#file = file;
    this.#encoding = encoding;
    this.#chunks = chunks;
  }

  async read(from: number, length: number, limit: number): Promise<string> {
    let chunk = this.#chunkAt(from);
    let at = from - (this.#chunks[chunk]?.characters ?? 0);
    let text = "";
    const wanted = Math.min(length, limit);
    while (text.length < wanted && chunk < this.#chunks.length) {
      text += (await this.#decode(chunk)).slice(at, at + wanted - text.length);
      at = 0;
      chunk++;
    }
    return (length > limit ? `${text} …` : text).toWellFormed();
  }

  /** Returns the number of the last chunk that does not begin after the position. */
  #chunkAt(position: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.characters ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }

  async #decode(chunk: number): Promise<string> {
    if (this.#decoded?.chunk === chunk) return this.#decoded.text;
    const start = this.#chunks[chunk]?.bytes ?? 0;
    const end = this.#chunks[chunk + 1]?.bytes ?? (await this.#file.stat()).size;
    const first = Math.max(0, start - BYTES_BEFORE);
    const bytes = Buffer.alloc(end - first);
    await this.#file.read(bytes, 0, bytes.length, first);
    const decoder = createDecoder(this.#encoding);
    const utf8 = new TextDecoder("utf-8");
    const mark = first === 0 ? bomLength(bytes, this.#encoding) : 0;
    const decode = (from: number, to: number): string =>
      utf8.decode(decoder.decode(bytes.subarray(from, Math.max(from, to))), { stream: true });
    if (start > 0) decode(mark, start - first);
    const text = decode(start > 0 ? start - first : mark, bytes.length);
    this.#decoded = { chunk, text };
    return text;
  }
}
