// Checks a structure in Thrift's compact protocol before `hyparquet` parses it. `hyparquet` allocates as many elements as a list declares,
// and follows nesting of any depth, so a hostile file of a few bytes could fill the memory.

/** Maximum depth of nesting. The metadata of Parquet has about ten levels. */
const MAX_DEPTH = 24;
/** Maximum number of bytes of a number: 64 bits in groups of seven. */
const MAX_VARINT = 10;

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Thrown if the bytes end within the structure. */
export class ThriftEnd extends RangeError {}

class Walker {
  readonly #bytes: Buffer;
  #values: number;
  at: number;

  constructor(bytes: Buffer, at: number, maxValues: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#values = maxValues;
  }

  struct(depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`its metadata is nested more than ${MAX_DEPTH} levels deep`);
    for (;;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === STOP) return;
      if (head >> 4 === 0) this.#varint();
      this.#value(type, depth);
    }
  }

  #value(type: number, depth: number): void {
    if (this.#values-- === 0) throw new Error("its metadata has too many values");
    switch (type) {
      case TRUE:
      case FALSE:
        return;
      case BYTE:
        this.#skip(1);
        return;
      case DOUBLE:
        this.#skip(8);
        return;
      case BINARY:
        this.#skip(this.#varint());
        return;
      case LIST:
        this.#list(depth);
        return;
      case STRUCT:
        this.struct(depth + 1);
        return;
      default:
        // The remaining types are integers of 16, 32 and 64 bits. Parquet uses no other types.
        if (type > 6) throw new Error(`its metadata has a value of the unknown type ${type}`);
        this.#varint();
    }
  }

  #list(depth: number): void {
    const head = this.#byte();
    const type = head & 15;
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    // Each element takes at least one byte.
    if (size > this.#bytes.length - this.at)
      throw new ThriftEnd("its metadata has a list that is longer than the file");
    for (let i = 0; i < size; i++) this.#value(type === TRUE || type === FALSE ? BYTE : type, depth + 1);
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new ThriftEnd("its metadata ends too early");
    return byte;
  }

  #skip(length: number): void {
    this.at += length;
    if (this.at > this.#bytes.length) throw new ThriftEnd("its metadata ends too early");
  }

  /** Reads an unsigned number of variable length. It may be inexact above 2^53, but callers use only lengths, which are small. */
  #varint(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Error("its metadata has a number of more than 64 bits");
  }
}

/** Returns the offset after the structure at `at`.
 * @param maxValues maximum number of values in the structure
 * @throws ThriftEnd, Error */
export function checkThrift(bytes: Buffer, at: number, maxValues: number): number {
  const walker = new Walker(bytes, at, maxValues);
  walker.struct(0);
  return walker.at;
}
