// Reads numbers that are stored as differences ("DELTA_BINARY_PACKED"), one by one.
import { bitsAt } from "./hybrid-reader.ts";

const MAX_BLOCK = 1 << 20;

export class DeltaReader {
  readonly #bytes: Buffer;
  readonly #bits: 32 | 64;
  readonly #perPart: number;
  readonly #parts: number;
  #at: number;
  /** Number of values that the header declares. */
  readonly count: number;
  #value: number | bigint;
  #isFirst = true;
  #least: number | bigint = 0;
  #widths: Buffer = Buffer.alloc(0);
  #part = 0;
  #left = 0;
  #bit = 0;

  constructor(bytes: Buffer, at: number, bits: 32 | 64) {
    this.#bytes = bytes;
    this.#at = at;
    this.#bits = bits;
    const block = Number(this.#varint());
    const parts = Number(this.#varint());
    this.count = Number(this.#varint());
    if (parts < 1 || block > MAX_BLOCK || block % parts !== 0 || (block / parts) % 8 !== 0 || block < parts)
      throw new Error(`a page has invalid blocks: ${block} values in ${parts} parts`);
    this.#perPart = block / parts;
    this.#parts = this.#part = parts;
    this.#value = this.#zigzag();
  }

  next(): number | bigint {
    if (this.#isFirst) {
      this.#isFirst = false;
      return this.#value;
    }
    if (this.#left === 0) this.#startPart();
    this.#left--;
    const delta = this.#delta();
    if (typeof this.#value === "number" && typeof this.#least === "number" && typeof delta === "number") {
      const sum = this.#value + this.#least + delta;
      if (Number.isSafeInteger(sum)) return (this.#value = this.#bits === 32 ? sum | 0 : sum);
    }
    // The sum wraps around at 32 or 64 bits, because the program that wrote the file computed the differences with wraparound.
    return (this.#value = small(BigInt.asIntN(this.#bits, BigInt(this.#value) + BigInt(this.#least) + BigInt(delta))));
  }

  /** Returns the offset after the numbers, when all of them have been read. */
  end(): number {
    return this.#left === 0 ? this.#at : this.#partEnd();
  }

  #startPart(): void {
    if (this.#part === this.#parts) {
      this.#least = this.#zigzag();
      this.#widths = this.#bytes.subarray(this.#at, this.#at + this.#parts);
      this.#at += this.#parts;
      this.#part = 0;
    }
    this.#left = this.#perPart;
    this.#bit = 0;
    if (this.#partEnd() > this.#bytes.length) throw new Error("a page has fewer values than its header declares");
  }

  #partEnd(): number {
    return this.#at + (this.#perPart * this.#width()) / 8;
  }

  #width(): number {
    const width = this.#widths[this.#part] ?? 65;
    if (width > 64) throw new Error(`a page declares numbers of ${width} bits; the limit is 64`);
    return width;
  }

  #delta(): number | bigint {
    const width = this.#width();
    const from = this.#bit;
    const at = this.#at + (from >>> 3);
    this.#bit += width;
    let delta: number | bigint = 0;
    if (width > 32) {
      const high = bitsAt(this.#bytes, at + 4, from & 7, width - 32, maskOf(width - 32));
      delta = small((BigInt(high) << 32n) | BigInt(bitsAt(this.#bytes, at, from & 7, 32, maskOf(32))));
    } else if (width > 0) delta = bitsAt(this.#bytes, at, from & 7, width, maskOf(width));
    if (this.#left === 0) {
      this.#at = this.#partEnd();
      this.#part++;
    }
    return delta;
  }

  #zigzag(): number | bigint {
    const coded = this.#varint();
    if (typeof coded === "number") return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    return small(BigInt.asIntN(64, (coded >> 1n) ^ -(coded & 1n)));
  }

  #varint(): number | bigint {
    let value = 0n;
    let short = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error("a page is shorter than its header declares");
      if (i < 7) short += (byte & 127) * 2 ** (7 * i);
      else value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return i < 7 ? short : value + BigInt(short);
    }
    throw new Error("a page has a number of more than 64 bits");
  }
}

const maskOf = (width: number): number => (width === 32 ? 0xffffffff : 2 ** width - 1);

const small = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};
