// Reads the records of an old workbook one after another ([MS-XLS], 2.1.4): a type, a length and data.
import { setImmediate } from "node:timers/promises";
import { brokenWorkbook } from "../broken-workbook.ts";
import type { WorkBudget } from "../work-budget.ts";
import type { ByteStream } from "./compound-file.ts";

/** Number of bytes that are in memory at the same time. It is larger than the longest record. */
const WINDOW_BYTES = 1 << 18;
const HEADER_BYTES = 4;
const MAX_RECORD_BYTES = HEADER_BYTES + 0xffff;

/** Types of records. */
export const RECORD = {
  FORMULA: 0x06,
  EOF: 0x0a,
  DATEMODE: 0x22,
  FILEPASS: 0x2f,
  CONTINUE: 0x3c,
  CODEPAGE: 0x42,
  BOUNDSHEET: 0x85,
  MULRK: 0xbd,
  RSTRING: 0xd6,
  XF: 0xe0,
  MERGEDCELLS: 0xe5,
  SST: 0xfc,
  LABELSST: 0xfd,
  NUMBER: 0x203,
  LABEL: 0x204,
  BOOLERR: 0x205,
  STRING: 0x207,
  RK: 0x27e,
  FORMAT: 0x41e,
  BOF: 0x809,
} as const;

export interface RecordSource {
  stream: ByteStream;
  budget: WorkBudget;
  signal: AbortSignal | undefined;
}

/** Use it with two loops: `while (await reader.load()) while (reader.next()) …`. The loop inside needs no `await` for each record. */
export class RecordReader {
  /** The current record. Its data are `length` bytes of `bytes`, from `at` on. */
  type = 0;
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  length = 0;
  /** The bytes of the current window, which are replaced by the next call of `load`. */
  readonly #window = Buffer.allocUnsafeSlow(WINDOW_BYTES + MAX_RECORD_BYTES);
  readonly #source: RecordSource;
  readonly #end: number;
  #position: number;
  /** Offset of the next record in `bytes`. */
  #next = 0;

  /** @param end offset of the first byte that does not belong to the records */
  constructor(source: RecordSource, start: number, end: number) {
    this.#source = source;
    this.#position = start;
    this.#end = Math.min(end, source.stream.size);
  }

  /** Reads the next bytes of the file. Returns false at the end of the records.
   * @throws Problem broken-workbook if the last record is incomplete */
  async load(): Promise<boolean> {
    const { stream, budget, signal } = this.#source;
    // The file is read without waiting. Let the process do other work, such as answering that it is alive.
    await setImmediate();
    signal?.throwIfAborted();
    const rest = this.bytes.subarray(this.#next);
    const read = stream.read(this.#position, Math.min(this.#position + WINDOW_BYTES, this.#end));
    if (read.length === 0) {
      if (rest.length > 0) throw brokenWorkbook("It is incomplete: it ends within a record.");
      return false;
    }
    budget.countUnpacked(read.length, read.length);
    this.#position += read.length;
    const kept = rest.copy(this.#window);
    this.bytes = this.#window.subarray(0, kept + read.copy(this.#window, kept));
    this.#next = 0;
    return true;
  }

  /** Moves to the next record. Returns false if `load` must read more bytes first. */
  next(): boolean {
    const start = this.#next;
    if (start + HEADER_BYTES > this.bytes.length) return false;
    const length = this.bytes.readUInt16LE(start + 2);
    const end = start + HEADER_BYTES + length;
    if (end > this.bytes.length) return false;
    this.type = this.bytes.readUInt16LE(start);
    this.at = start + HEADER_BYTES;
    this.length = length;
    this.#next = end;
    return true;
  }

  /** The data of the current record, until the next call of `load`. */
  data(): Buffer {
    return this.bytes.subarray(this.at, this.at + this.length);
  }

  /** @throws Problem broken-workbook if the record has less data */
  require(length: number): void {
    if (this.length < length)
      throw brokenWorkbook(`A record of type ${this.type} has ${this.length} bytes instead of at least ${length}.`);
  }
}
