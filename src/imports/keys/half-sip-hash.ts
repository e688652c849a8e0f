// HalfSipHash-2-4 (https://www.aumasson.jp/siphash/siphash.pdf; reference code halfsiphash.c, 64-bit output) with a third output word,
// computed like the second. The rounds are inlined because function calls would cost more than the rounds.

/** Number of 32-bit words of a hash. */
export const HASH_WORDS = 3;

/** The highest bit of each byte of a word. */
const HIGH_BITS = 0x80808080 | 0;

export class HalfSipHash {
  readonly #k0: number;
  readonly #k1: number;
  readonly #folded: number;

  /** @param seed the key of the hash: eight bytes
   * @param foldsCase whether to hash ASCII letters as if they were in lower case */
  constructor(seed: Buffer, foldsCase: boolean) {
    this.#k0 = seed.readInt32LE(0);
    this.#k1 = seed.readInt32LE(4);
    this.#folded = foldsCase ? HIGH_BITS : 0;
  }

  /** Writes the hash of `bytes[start, end)` to `out`, from the index `at`. Returns whether the bytes are ASCII. */
  write(bytes: Buffer, start: number, end: number, out: Int32Array, at: number): boolean {
    const k0 = this.#k0;
    let v0 = k0;
    let v1 = this.#k1 ^ 0xee;
    let v2 = 0x6c796765 ^ k0;
    let v3 = 0x74656462 ^ this.#k1;
    let bits = 0;
    const length = end - start;
    const whole = end - (length & 3);
    for (let i = start; i <= whole; i += 4) {
      let word = 0;
      if (i < whole) {
        word =
          (bytes[i] as number) |
          ((bytes[i + 1] as number) << 8) |
          ((bytes[i + 2] as number) << 16) |
          ((bytes[i + 3] as number) << 24);
      } else {
        if (i + 2 < end) word |= (bytes[i + 2] as number) << 16;
        if (i + 1 < end) word |= (bytes[i + 1] as number) << 8;
        if (i < end) word |= bytes[i] as number;
      }
      bits |= word;
      word |= (capitals(word) & this.#folded) >>> 2;
      if (i >= whole) word |= length << 24;
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
    for (let output = 0; output < HASH_WORDS; output++) {
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
      out[at + output] = v1 ^ v3;
      v1 ^= 0xdd;
    }
    return (bits & HIGH_BITS) === 0;
  }
}

/** Returns a word whose bytes are 0x80 where `word` has one of the letters A to Z, and 0 elsewhere. Adding a number to seven bits sets the
 * highest bit of the byte if the sum is 0x80 or more, and never changes the next byte. */
function capitals(word: number): number {
  const low = word & 0x7f7f7f7f;
  const fromA = low + 0x3f3f3f3f;
  const afterZ = low + 0x25252525;
  return fromA & ~afterZ & ~word & HIGH_BITS;
}
