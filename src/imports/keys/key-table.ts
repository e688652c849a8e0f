// A hash table from SKU key to row number. It needs 16 bytes per slot for millions of keys, where a Map of strings needs more than
// 100 bytes per key.
//
// The table stores 96 bits of a keyed HalfSipHash instead of the key. The chance that any two of n keys share their 96 bits is
// n^2 / 2^97: 1.6e-16 for five million keys, which is less than the chance of an undetected memory error. Each scan has a random hash
// key, so an attacker cannot craft a file whose keys collide.
import { randomBytes } from "node:crypto";
import { releaseBuffer } from "../../db/binary/release-buffer.ts";

/** The first bits of the hash select a segment. Each segment grows by itself, so growing never doubles the memory of the whole table. */
const SEGMENTS = 256;
const WORDS_PER_SLOT = 4;
const FIRST_SLOTS = 1024;
/** Share of used slots above which a segment grows by a quarter. With this share, 5,000,000 keys take 95 MB. */
const MAX_LOAD = 0.8;
/** Maximum number of rows for which `expect` allocates slots. The number of rows is an estimate, and this limits the memory that a wrong
 * estimate can take. For more rows, segments grow when they are full. */
const MAX_EXPECTED_ROWS = 16_000_000;

/** Number of 32-bit words of a hash. */
export const HASH_WORDS = 3;

export interface KeyTable {
  /** Returns the row of the key in `bytes[start, end)`. If the key is new, stores `row` for it and returns -1. */
  find(bytes: Buffer, start: number, end: number, row: number): number;
  /** Writes the hash of the key in `bytes[0, length)` to `hashes`, from the index `at`. */
  hash(bytes: Buffer, length: number, hashes: Int32Array, at: number): void;
  /**
   * Loads the slots of `count` keys into the processor's cache. A loop that only reads slots waits for many of them at the same time, while
   * `findHashed` waits for one after another: with this loop, the search for 500,000 keys takes a third less time.
   */
  load(hashes: Int32Array, count: number): void;
  /** Like `find`, for the key with the hash at the index `at`. */
  findHashed(hashes: Int32Array, at: number, row: number): number;
  /** Returns whether the table contains the key in `bytes[start, end)`. */
  has(bytes: Buffer, start: number, end: number): boolean;
  /** Returns the row of the key in `bytes[start, end)`, or -1. */
  get(bytes: Buffer, start: number, end: number): number;
  /** Returns the number of keys. */
  count(): number;
  /** Stores `row` for the key that the last `find` found. */
  replace(row: number): void;
  /** Allocates slots for about `rows` keys in advance, so that keys need not be moved while the table grows. */
  expect(rows: number): void;
  /** Frees the memory immediately instead of at the next garbage collection. The table is unusable afterwards. */
  release(): void;
}

/** @param firstSlots number of slots that a segment allocates for its first key. 256 segments with 1,024 slots each need 4 MB
 */
// eslint-disable-next-line max-lines-per-function -- one closure over the tables, for the hottest calls of the scan
export function createKeyTable(firstSlots = FIRST_SLOTS): KeyTable {
  const seed = randomBytes(8);
  const hashKey = Int32Array.of(seed.readInt32LE(0), seed.readInt32LE(4));
  const segments = Array.from({ length: SEGMENTS }, () => new Int32Array(0));
  const used = new Int32Array(SEGMENTS);
  const hash = new Int32Array(HASH_WORDS);
  let foundIn = segments[0] as Int32Array;
  let foundAt = 0;
  /** Never read. The compiler would leave out a loop whose result is not stored. */
  const loaded = new Int32Array(1);

  const grow = (segment: number, slots: number): Int32Array => {
    const old = segments[segment] as Int32Array;
    const table = new Int32Array(slots * WORDS_PER_SLOT);
    for (let from = 0; from < old.length; from += WORDS_PER_SLOT) {
      if (old[from + 3] === 0) continue;
      let to = slotOf(old[from + 1] as number, slots) * WORDS_PER_SLOT;
      while (table[to + 3] !== 0) to = to + WORDS_PER_SLOT === table.length ? 0 : to + WORDS_PER_SLOT;
      table[to] = old[from] as number;
      table[to + 1] = old[from + 1] as number;
      table[to + 2] = old[from + 2] as number;
      table[to + 3] = old[from + 3] as number;
    }
    segments[segment] = table;
    releaseBuffer(old);
    return table;
  };

  const rowOf = (bytes: Buffer, start: number, end: number): number => {
    halfSipHash96(bytes, start, end, hashKey, hash);
    const table = segments[(hash[0] as number) >>> 24] as Int32Array;
    if (table.length === 0) return -1;
    let at = slotOf(hash[1] as number, table.length / WORDS_PER_SLOT) * WORDS_PER_SLOT;
    while (table[at + 3] !== 0) {
      if (table[at] === hash[0] && table[at + 1] === hash[1] && table[at + 2] === hash[2])
        return (table[at + 3] as number) - 1;
      at = at + WORDS_PER_SLOT === table.length ? 0 : at + WORDS_PER_SLOT;
    }
    return -1;
  };

  const findHashed = (hashes: Int32Array, from: number, row: number): number => {
    const h0 = hashes[from] as number;
    const h1 = hashes[from + 1] as number;
    const h2 = hashes[from + 2] as number;
    const segment = h0 >>> 24;
    let table = segments[segment] as Int32Array;
    const slots = table.length / WORDS_PER_SLOT;
    // Each search ends at an empty slot, so each segment must keep at least one empty slot. Count the key that may be added below as
    // well, because a segment for few keys may have a single slot.
    if ((used[segment] as number) + 1 > slots * MAX_LOAD)
      table = grow(segment, Math.max(firstSlots, Math.ceil(slots * 1.25)));
    let at = slotOf(h1, table.length / WORDS_PER_SLOT) * WORDS_PER_SLOT;
    while (table[at + 3] !== 0) {
      if (table[at] === h0 && table[at + 1] === h1 && table[at + 2] === h2) {
        foundIn = table;
        foundAt = at;
        return (table[at + 3] as number) - 1;
      }
      at = at + WORDS_PER_SLOT === table.length ? 0 : at + WORDS_PER_SLOT;
    }
    table[at] = h0;
    table[at + 1] = h1;
    table[at + 2] = h2;
    table[at + 3] = row + 1;
    used[segment] = (used[segment] as number) + 1;
    return -1;
  };

  return {
    find(bytes, start, end, row) {
      halfSipHash96(bytes, start, end, hashKey, hash);
      return findHashed(hash, 0, row);
    },
    hash(bytes, length, hashes, at) {
      halfSipHash96(bytes, 0, length, hashKey, hash);
      for (let word = 0; word < HASH_WORDS; word++) hashes[at + word] = hash[word] as number;
    },
    load(hashes, count) {
      let sum = 0;
      for (let at = 0; at < count * HASH_WORDS; at += HASH_WORDS) {
        const table = segments[(hashes[at] as number) >>> 24] as Int32Array;
        sum ^= table[slotOf(hashes[at + 1] as number, table.length / WORDS_PER_SLOT) * WORDS_PER_SLOT + 3] ?? 0;
      }
      loaded[0] = sum;
    },
    findHashed,
    has: (bytes, start, end) => rowOf(bytes, start, end) >= 0,
    get: rowOf,
    count: () => used.reduce((sum, keys) => sum + keys, 0),
    replace(row) {
      foundIn[foundAt + 3] = row + 1;
    },
    expect(rows) {
      // Hashes spread the rows evenly over the 256 segments. Four standard deviations above the average share suffice for nearly every
      // segment.
      const share = Math.min(rows, MAX_EXPECTED_ROWS) / SEGMENTS;
      const slots = Math.ceil((share + 4 * Math.sqrt(share)) / MAX_LOAD);
      for (let segment = 0; segment < SEGMENTS; segment++)
        if (slots > (segments[segment] as Int32Array).length / WORDS_PER_SLOT) grow(segment, slots);
    },
    release() {
      for (const segment of segments) releaseBuffer(segment);
    },
  };
}

/** Maps 32 bits evenly to any number of slots, without a division. */
const slotOf = (hash: number, slots: number): number => Math.floor(((hash >>> 0) * slots) / 4294967296);

/** HalfSipHash-2-4 (https://www.aumasson.jp/siphash/siphash.pdf; reference code halfsiphash.c, 64-bit output) with a third output word,
 * computed like the second. The rounds are inlined because function calls would cost more than the rounds.
 * @param hashKey two words */
export function halfSipHash96(bytes: Buffer, start: number, end: number, hashKey: Int32Array, out: Int32Array): void {
  const k0 = hashKey[0] as number;
  const k1 = hashKey[1] as number;
  let v0 = k0;
  let v1 = k1 ^ 0xee;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  const length = end - start;
  const whole = end - (length & 3);
  for (let i = start; i <= whole; i += 4) {
    let word: number;
    if (i < whole) {
      word =
        (bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24);
    } else {
      word = length << 24;
      if (i + 2 < end) word |= (bytes[i + 2] as number) << 16;
      if (i + 1 < end) word |= (bytes[i + 1] as number) << 8;
      if (i < end) word |= bytes[i] as number;
    }
    v3 ^= word;
    for (let round = 0; round < 2; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    v0 ^= word;
  }
  v2 ^= 0xee;
  for (let output = 0; output < 3; output++) {
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    out[output] = v1 ^ v3;
    v1 ^= 0xdd;
  }
}
