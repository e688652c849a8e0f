// The texts that a workbook's cells share. There may be more of them than memory, and a cell names any: so they are on disk, or, for
// a small workbook, in memory.
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { brokenWorkbook } from "./broken-workbook.ts";

/** Small, because cells of a sorted table name texts in any order, and each costs a block: reading 8 kB takes 3 µs, 64 kB 20 µs. */
const BLOCK_BYTES = 8192;
/** 32 MB: cells mostly name texts near those of the cell before. */
const KEPT_BLOCKS = 4096;
const SLAB_BYTES = 64 * BLOCK_BYTES;
/** Their ends take eight bytes each, in segments, so that nothing is copied when they grow. */
const MAX_TEXTS = 16 << 20;
const SEGMENT_TEXTS = 1 << 16;

export interface StringStore {
  /** @throws Problem broken-workbook where there are too many */
  add(text: string): void;
  /** Bytes of all texts so far. */
  size(): number;
  /** After the last `add`. */
  seal(): void;
  /** @throws Problem broken-workbook where there is no such text */
  get(index: number): string;
  close(): void;
}

/** @param path of a new file, which the caller removes; undefined = all texts stay in memory */
export function createStringStore(path: string | undefined): StringStore {
  const blocks = path === undefined ? memoryBlocks() : diskBlocks(path);
  const ends: Float64Array[] = [];
  let count = 0;
  let size = 0;
  let block: Buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  let filled = 0;

  const append = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length;) {
      const copied = bytes.copy(block, filled, at);
      at += copied;
      filled += copied;
      if (filled < BLOCK_BYTES) continue;
      block = blocks.add(block);
      filled = 0;
    }
  };
  /** @returns bytes that the text takes */
  const appendText = (text: string): number => {
    // Without a buffer in between: a character takes three bytes at most
    if (filled + text.length * 3 < BLOCK_BYTES) {
      const written = block.write(text, filled);
      filled += written;
      return written;
    }
    const bytes = Buffer.from(text);
    append(bytes);
    return bytes.length;
  };
  const endOf = (index: number): number =>
    index < 0 ? 0 : ((ends[Math.floor(index / SEGMENT_TEXTS)] as Float64Array)[index % SEGMENT_TEXTS] as number);
  return {
    add(text) {
      if (count === MAX_TEXTS) throw brokenWorkbook(`It has more than ${MAX_TEXTS.toLocaleString("en")} texts.`);
      if (count % SEGMENT_TEXTS === 0) ends.push(new Float64Array(SEGMENT_TEXTS));
      if (text !== "") size += appendText(text);
      (ends.at(-1) as Float64Array)[count % SEGMENT_TEXTS] = size;
      count++;
    },
    size: () => size,
    seal() {
      blocks.add(block);
    },
    get(index) {
      if (!Number.isInteger(index) || index < 0 || index >= count)
        throw brokenWorkbook(`A cell names the text ${index}, and there are ${count.toLocaleString("en")}.`);
      const start = endOf(index - 1);
      const length = endOf(index) - start;
      const first = Math.floor(start / BLOCK_BYTES);
      const offset = start - first * BLOCK_BYTES;
      if (offset + length <= BLOCK_BYTES) return blocks.get(first).toString("utf8", offset, offset + length);
      const bytes = Buffer.allocUnsafe(length);
      for (let at = 0, number = first; at < length; number++)
        at += blocks.get(number).copy(bytes, at, number === first ? offset : 0);
      return bytes.toString("utf8");
    },
    close: () => {
      blocks.close();
    },
  };
}

interface Blocks {
  /** @returns the block to fill next */
  add(block: Buffer): Buffer;
  get(number: number): Buffer;
  close(): void;
}

/** Blocks out of larger buffers: buffers of 8 kB each would take twice their size. */
function blockMaker(): () => Buffer {
  let slab = Buffer.alloc(0);
  return () => {
    if (slab.length === 0) slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    const block = slab.subarray(0, BLOCK_BYTES);
    slab = slab.subarray(BLOCK_BYTES);
    return block;
  };
}

function memoryBlocks(): Blocks {
  const blocks: Buffer[] = [];
  const makeBlock = blockMaker();
  return {
    add(block) {
      blocks.push(block);
      return makeBlock();
    },
    get: (number) => blocks[number] as Buffer,
    close: () => undefined,
  };
}

function diskBlocks(path: string): Blocks {
  const file = openSync(path, "wx+", 0o600);
  const kept = new Map<number, Buffer>();
  const makeBlock = blockMaker();
  let written = 0;
  return {
    add(block) {
      for (let at = 0; at < block.length;) at += writeSync(file, block, at);
      written++;
      return block;
    },
    get(number) {
      const known = kept.get(number);
      if (known !== undefined) return known;
      if (number >= written) throw new Error(`block ${number} of ${written}`);
      const oldest = kept.size >= KEPT_BLOCKS ? kept.entries().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest[0]);
      const block = oldest?.[1] ?? makeBlock();
      readSync(file, block, 0, BLOCK_BYTES, number * BLOCK_BYTES);
      kept.set(number, block);
      return block;
    },
    close: () => {
      closeSync(file);
    },
  };
}
