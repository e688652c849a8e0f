// The texts that a workbook's cells share, on disk: there may be more of them than memory, and a cell names any.
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { brokenWorkbook } from "./open-package.ts";

const BLOCK_BYTES = 1 << 16;
/** 32 MB: cells mostly name texts near those of the cell before. */
const KEPT_BLOCKS = 512;
/** Their places take eight bytes each. */
const MAX_TEXTS = 16 << 20;

export interface StringStore {
  add(text: string): void;
  /** After the last `add`. */
  seal(): void;
  get(index: number): string;
  close(): void;
}

/** Writes to a new file at `path`, which the caller removes. */
export function createStringStore(path: string): StringStore {
  const file = openSync(path, "wx+", 0o600);
  let starts = new Float64Array(1024);
  let count = 0;
  let size = 0;
  let waiting: Buffer[] = [];
  let waiting_bytes = 0;
  const blocks = new Map<number, Buffer>();

  const flush = (): void => {
    const bytes = Buffer.concat(waiting);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    waiting = [];
    waiting_bytes = 0;
  };
  const blockOf = (number: number): Buffer => {
    const kept = blocks.get(number);
    if (kept !== undefined) return kept;
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    const length = readSync(file, block, 0, BLOCK_BYTES, number * BLOCK_BYTES);
    const oldest = blocks.size >= KEPT_BLOCKS ? blocks.keys().next().value : undefined;
    if (oldest !== undefined) blocks.delete(oldest);
    blocks.set(number, block.subarray(0, length));
    return block;
  };
  return {
    add(text) {
      if (count + 1 >= MAX_TEXTS) throw brokenWorkbook(`It has more than ${MAX_TEXTS.toLocaleString("en")} texts.`);
      if (count + 1 >= starts.length) {
        const larger = new Float64Array(starts.length * 2);
        larger.set(starts);
        starts = larger;
      }
      const bytes = Buffer.from(text);
      waiting.push(bytes);
      waiting_bytes += bytes.length;
      size += bytes.length;
      starts[++count] = size;
      if (waiting_bytes > BLOCK_BYTES * 4) flush();
    },
    seal: flush,
    get(index) {
      if (!Number.isInteger(index) || index < 0 || index >= count)
        throw brokenWorkbook(`A cell names the text ${index}, and there are ${count}.`);
      const start = starts[index] as number;
      const end = starts[index + 1] as number;
      const first = Math.floor(start / BLOCK_BYTES);
      if (end <= (first + 1) * BLOCK_BYTES) {
        return blockOf(first).toString("utf8", start - first * BLOCK_BYTES, end - first * BLOCK_BYTES);
      }
      const bytes = Buffer.allocUnsafe(end - start);
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, start));
    },
    close: () => {
      closeSync(file);
    },
  };
}
