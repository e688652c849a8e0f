// A hash table from SKU key to row number. It needs 16 bytes per slot for millions of keys, where a Map of strings needs more than
// 100 bytes per key.
//
// The table stores 96 bits of a keyed HalfSipHash instead of the key. The chance that any two of n keys share their 96 bits is
// n^2 / 2^97: 1.6e-16 for five million keys, which is less than the chance of an undetected memory error. Each scan has a random hash
// key, so an attacker cannot craft a file whose keys collide.
import { randomBytes } from "node:crypto";
import { releaseBuffer } from "../../db/binary/release-buffer.ts";
import { HalfSipHash, HASH_WORDS } from "./half-sip-hash.ts";

/** The first bits of the hash select a segment. Each segment grows by itself, so growing never doubles the memory of the whole table. */
const SEGMENTS = 256;
const WORDS_PER_SLOT = 4;
const FIRST_SLOTS = 1024;
/** Share of used slots above which a segment grows by a quarter. With this share, 5,000,000 keys take 95 MB. */
const MAX_LOAD = 0.8;
/** Maximum number of rows for which `expect` allocates slots. The number of rows is an estimate, and this limits the memory that a wrong
 * estimate can take. For more rows, segments grow when they are full. */
const MAX_EXPECTED_ROWS = 16_000_000;

/** The table from key to row. Its code is in methods of a class, because V8 keeps their optimized code for the next table. */
export class KeyTable {
  readonly #firstSlots: number;
  readonly #exact: HalfSipHash;
  readonly #folded: HalfSipHash;
  readonly #segments = Array.from({ length: SEGMENTS }, () => new Int32Array(0));
  readonly #used = new Int32Array(SEGMENTS);
  readonly #hash = new Int32Array(HASH_WORDS);
  #foundIn = this.#segments[0] as Int32Array;
  #foundAt = 0;
  /** Never read. The compiler would leave out a loop whose result is not stored. */
  readonly #loaded = new Int32Array(1);

  /** @param firstSlots number of slots that a segment allocates for its first key. 256 segments with 1,024 slots each need 4 MB */
  constructor(firstSlots = FIRST_SLOTS) {
    this.#firstSlots = firstSlots;
    const seed = randomBytes(8);
    this.#exact = new HalfSipHash(seed, false);
    this.#folded = new HalfSipHash(seed, true);
  }

  /** Returns the row of the key in `bytes[start, end)`. If the key is new, stores `row` for it and returns -1. */
  find(bytes: Buffer, start: number, end: number, row: number): number {
    this.#exact.write(bytes, start, end, this.#hash, 0);
    return this.findHashed(this.#hash, 0, row);
  }

  /** Writes the hash of the text in `bytes[start, end)`, with ASCII letters in lower case, to `hashes`, from the index `at`. Returns whether
   * the text is ASCII. If it is, and has no white space at its ends, the text is a SKU and the hash is the one of its key. */
  hash(bytes: Buffer, start: number, end: number, hashes: Int32Array, at: number): boolean {
    return this.#folded.write(bytes, start, end, hashes, at);
  }

  /**
   * Loads the slots of `count` keys into the processor's cache. A loop that only reads slots waits for many of them at the same time, while
   * `findHashed` waits for one after another: with this loop, the search for 500,000 keys takes a third less time.
   */
  load(hashes: Int32Array, count: number): void {
    const segments = this.#segments;
    let sum = 0;
    for (let at = 0; at < count * HASH_WORDS; at += HASH_WORDS) {
      const table = segments[(hashes[at] as number) >>> 24] as Int32Array;
      sum ^= table[slotOf(hashes[at + 1] as number, table.length / WORDS_PER_SLOT) * WORDS_PER_SLOT + 3] ?? 0;
    }
    this.#loaded[0] = sum;
  }

  /** Like `find`, for the key with the hash at the index `from`. */
  findHashed(hashes: Int32Array, from: number, row: number): number {
    const h0 = hashes[from] as number;
    const h1 = hashes[from + 1] as number;
    const h2 = hashes[from + 2] as number;
    const used = this.#used;
    const segment = h0 >>> 24;
    let table = this.#segments[segment] as Int32Array;
    const slots = table.length / WORDS_PER_SLOT;
    // Each search ends at an empty slot, so each segment must keep at least one empty slot. Count the key that may be added below as
    // well, because a segment for few keys may have a single slot.
    if ((used[segment] as number) + 1 > slots * MAX_LOAD)
      table = this.#grow(segment, Math.max(this.#firstSlots, Math.ceil(slots * 1.25)));
    let at = slotOf(h1, table.length / WORDS_PER_SLOT) * WORDS_PER_SLOT;
    while (table[at + 3] !== 0) {
      if (table[at] === h0 && table[at + 1] === h1 && table[at + 2] === h2) {
        this.#foundIn = table;
        this.#foundAt = at;
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
  }

  /** Returns whether the table contains the key in `bytes[start, end)`. */
  has(bytes: Buffer, start: number, end: number): boolean {
    return this.get(bytes, start, end) >= 0;
  }

  /** Returns the row of the key in `bytes[start, end)`, or -1. Keys are in lower case: `hash` folds the case of its text, the other methods
   * do not. */
  get(bytes: Buffer, start: number, end: number): number {
    const hash = this.#hash;
    this.#exact.write(bytes, start, end, hash, 0);
    const table = this.#segments[(hash[0] as number) >>> 24] as Int32Array;
    if (table.length === 0) return -1;
    let at = slotOf(hash[1] as number, table.length / WORDS_PER_SLOT) * WORDS_PER_SLOT;
    while (table[at + 3] !== 0) {
      if (table[at] === hash[0] && table[at + 1] === hash[1] && table[at + 2] === hash[2])
        return (table[at + 3] as number) - 1;
      at = at + WORDS_PER_SLOT === table.length ? 0 : at + WORDS_PER_SLOT;
    }
    return -1;
  }

  /** Returns the number of keys. */
  count(): number {
    return this.#used.reduce((sum, keys) => sum + keys, 0);
  }

  /** Stores `row` for the key that the last `find` found. */
  replace(row: number): void {
    this.#foundIn[this.#foundAt + 3] = row + 1;
  }

  /** Allocates slots for about `rows` keys in advance, so that keys need not be moved while the table grows. */
  expect(rows: number): void {
    // Hashes spread the rows evenly over the 256 segments. Four standard deviations above the average share suffice for nearly every
    // segment.
    const share = Math.min(rows, MAX_EXPECTED_ROWS) / SEGMENTS;
    const slots = Math.ceil((share + 4 * Math.sqrt(share)) / MAX_LOAD);
    for (let segment = 0; segment < SEGMENTS; segment++)
      if (slots > (this.#segments[segment] as Int32Array).length / WORDS_PER_SLOT) this.#grow(segment, slots);
  }

  /** Frees the memory immediately instead of at the next garbage collection. The table is unusable afterwards. */
  release(): void {
    for (const segment of this.#segments) releaseBuffer(segment);
  }

  #grow(segment: number, slots: number): Int32Array {
    const old = this.#segments[segment] as Int32Array;
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
    this.#segments[segment] = table;
    releaseBuffer(old);
    return table;
  }
}

/** Maps 32 bits evenly to any number of slots, without a division. */
const slotOf = (hash: number, slots: number): number => Math.floor(((hash >>> 0) * slots) / 4294967296);
