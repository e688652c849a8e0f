// One bit for each row of a file, in memory that grows with the file.
export class Bits {
  #bits = new Uint8Array(1 << 10);

  /** Allocates memory for the bits 0 to `count` - 1. */
  grow(count: number): void {
    const needed = (count + 8) >> 3;
    if (needed <= this.#bits.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bits.length * 2));
    larger.set(this.#bits);
    this.#bits = larger;
  }

  set(index: number): void {
    this.#bits[index >> 3] = (this.#bits[index >> 3] as number) | (1 << (index & 7));
  }

  has(index: number): boolean {
    return (((this.#bits[index >> 3] as number) >> (index & 7)) & 1) === 1;
  }

  /** Returns bits [from, to) as bits [0, to - from). */
  slice(from: number, to: number): Buffer {
    const out = Buffer.alloc((to - from + 7) >> 3);
    for (let i = from; i < to; i++) {
      if (this.has(i)) out[(i - from) >> 3] = (out[(i - from) >> 3] as number) | (1 << ((i - from) & 7));
    }
    return out;
  }
}

/** Whether the first `count` bits are set. */
export function allBitsSet(bits: Buffer, count: number): boolean {
  for (let i = 0; i < count; i++) if ((((bits[i >> 3] as number) >> (i & 7)) & 1) === 0) return false;
  return true;
}
