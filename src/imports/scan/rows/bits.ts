// One bit for each row of a file, in memory that grows with the file.
export interface Bits {
  /** Allocates memory for the bits 0 to `count` - 1. */
  grow(count: number): void;
  set(index: number): void;
  has(index: number): boolean;
  /** Returns bits [from, to) as bits [0, to - from). */
  slice(from: number, to: number): Buffer;
}

export function createBits(): Bits {
  let bits = new Uint8Array(1 << 10);
  const has = (index: number): boolean => (((bits[index >> 3] as number) >> (index & 7)) & 1) === 1;
  return {
    grow(count) {
      const needed = (count + 8) >> 3;
      if (needed <= bits.length) return;
      const larger = new Uint8Array(Math.max(needed, bits.length * 2));
      larger.set(bits);
      bits = larger;
    },
    set(index) {
      bits[index >> 3] = (bits[index >> 3] as number) | (1 << (index & 7));
    },
    has,
    slice(from, to) {
      const out = Buffer.alloc((to - from + 7) >> 3);
      for (let i = from; i < to; i++) {
        if (has(i)) out[(i - from) >> 3] = (out[(i - from) >> 3] as number) | (1 << ((i - from) & 7));
      }
      return out;
    },
  };
}

/** Whether the first `count` bits are set. */
export function allBitsSet(bits: Buffer, count: number): boolean {
  for (let i = 0; i < count; i++) if ((((bits[i >> 3] as number) >> (i & 7)) & 1) === 0) return false;
  return true;
}
