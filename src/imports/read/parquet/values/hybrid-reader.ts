// Reads numbers of a fixed number of bits, in runs of equal numbers and runs of packed numbers ("RLE / bit-packing hybrid"). The numbers
// are read one by one, so that a run of any declared length takes no memory.

const MAX_WIDTH = 32;

export class HybridReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #width: number;
  readonly #mask: number;
  #at: number;
  #left = 0;
  /** The number that the current run repeats; -1 for a packed run. */
  #value = -1;
  /** Offset of the next packed number, in bits after `#at`. */
  #bit = 0;

  /** @param width number of bits of each number; with 0 bits, all numbers are 0 */
  constructor(bytes: Buffer, at: number, end: number, width: number) {
    if (width > MAX_WIDTH) throw new Error(`a page declares numbers of ${width} bits; the limit is ${MAX_WIDTH}`);
    if (at > end || end > bytes.length) throw new Error("a page is shorter than its header declares");
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#width = width;
    this.#mask = width === MAX_WIDTH ? 0xffffffff : 2 ** width - 1;
  }

  next(): number {
    if (this.#width === 0) return 0;
    // A run may be empty.
    while (this.#left === 0) this.#startRun();
    this.#left--;
    if (this.#value !== -1) return this.#value;
    const from = this.#bit;
    this.#bit += this.#width;
    const value = bitsAt(this.#bytes, this.#at + (from >>> 3), from & 7, this.#width, this.#mask);
    if (this.#left === 0) this.#at += (this.#bit + 7) >>> 3;
    return value;
  }

  #startRun(): void {
    const head = this.#varint();
    if ((head & 1) === 0) {
      this.#left = Math.floor(head / 2);
      this.#value = 0;
      for (let i = 0, bytes = (this.#width + 7) >> 3; i < bytes; i++) this.#value += this.#byte() * 2 ** (8 * i);
    } else {
      // A page may end before the last numbers of its last group.
      const available = Math.floor(((this.#end - this.#at) * 8) / this.#width);
      this.#left = Math.min(Math.floor(head / 2) * 8, available);
      this.#value = -1;
      this.#bit = 0;
    }
  }

  #varint(): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Error("a page declares a run whose length has more than 32 bits");
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new Error("a page has fewer values than its header declares");
    return this.#bytes[this.#at++] as number;
  }
}

/** Returns up to 32 bits that begin `shift` bits after the start of a byte, lowest bit first. Bits beyond the end of the bytes are 0. */
export function bitsAt(bytes: Buffer, at: number, shift: number, width: number, mask: number): number {
  const low =
    (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  if (shift + width <= 32) return ((low >>> shift) & mask) >>> 0;
  const high = (bytes[at + 4] ?? 0) * 2 ** (32 - shift);
  return (((low >>> shift) + high) & mask) >>> 0;
}
