// Stores the shared strings of a workbook, to which cells refer by index. A large workbook has more strings than fit in memory, so its
// strings are written to a file and read through a cache of blocks. The strings of a small workbook stay in memory.
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { brokenWorkbook } from "./broken-workbook.ts";

/** Size of a block. Blocks are small, because the cells of a sorted table refer to strings in random order, and each reference
 * may read a block: 3 µs for 8 kB, 20 µs for 64 kB. */
const BLOCK_BYTES = 8192;
/** Maximum number of blocks in the cache, which takes 32 MB. Most cells refer to strings near the string of the previous cell. */
const CACHED_BLOCKS = 4096;
const SLAB_BYTES = 64 * BLOCK_BYTES;
/** Maximum number of strings. The end offset of each string takes eight bytes in memory. */
const MAX_TEXTS = 16 << 20;
/** End offsets are stored in arrays of this many elements, so that growing never copies them. */
const SEGMENT_TEXTS = 1 << 16;

export interface StringStore {
  /** @throws Problem broken-workbook if there are too many strings */
  add(text: string): void;
  /** Number of bytes of all strings added so far. */
  size(): number;
  /** Completes the store. Call this after the last `add` and before the first `get`. */
  seal(): void;
  /** @throws Problem broken-workbook if the string does not exist */
  get(index: number): string;
  close(): void;
}

/** @param path path of a new file, which the caller removes; if undefined, the strings are stored in memory */
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
  /** Appends a string and returns its length in bytes. */
  const appendText = (text: string): number => {
    // A UTF-16 unit takes at most three bytes in UTF-8. If the string fits into the block in any case, write it without an intermediate
    // buffer.
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
      if (count === MAX_TEXTS) throw brokenWorkbook(`It has over ${MAX_TEXTS.toLocaleString("en")} shared strings.`);
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
        throw brokenWorkbook(`A cell refers to shared string ${index}; there are only ${count.toLocaleString("en")}.`);
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
  /** Stores a full block and returns the block to fill next. */
  add(block: Buffer): Buffer;
  get(number: number): Buffer;
  close(): void;
}

/** Cuts blocks from larger buffers: separate buffers of 8 kB would take twice their size. */
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
  /** A Map keeps the order of insertion, so its first block is the one that was read from the file longest ago. */
  const cache = new Map<number, Buffer>();
  const makeBlock = blockMaker();
  let written = 0;
  return {
    add(block) {
      for (let at = 0; at < block.length;) at += writeSync(file, block, at);
      written++;
      return block;
    },
    get(number) {
      const cached = cache.get(number);
      if (cached !== undefined) return cached;
      if (number >= written) throw new Error(`block ${number} of ${written}`);
      const oldest = cache.size >= CACHED_BLOCKS ? cache.entries().next().value : undefined;
      if (oldest !== undefined) cache.delete(oldest[0]);
      const block = oldest?.[1] ?? makeBlock();
      readSync(file, block, 0, BLOCK_BYTES, number * BLOCK_BYTES);
      cache.set(number, block);
      return block;
    },
    close: () => {
      closeSync(file);
    },
  };
}
