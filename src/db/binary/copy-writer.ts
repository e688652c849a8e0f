// Writes PostgreSQL's binary formats (format.ts) into one growing buffer that is reused, so that a row allocates no object.
import {
  COPY_HEADER,
  COPY_TRAILER,
  FIELD_COUNT_BYTES,
  ARRAY_HEADER_BYTES,
  NULL_LENGTH,
  POSTGRES_EPOCH_US,
} from "./format.ts";

/** Up to this many bytes, copying them one by one is faster than a call into native code. */
const SHORT = 24;

/** Returns a view that reads and writes numbers at any offset of `bytes`, aligned or not. */
export const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export class ByteWriter {
  buffer: Buffer;
  length = 0;
  /** A view of `buffer`. The view writes a number with one store instead of four. */
  #view: DataView;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
    this.#view = viewOf(this.buffer);
  }

  /** Makes room for `bytes` more bytes. Call this before each row: most methods that write do not check the space. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.#view = viewOf(larger);
  }

  /** A view of the bytes written from `start` on. It is valid until the caller resets `length` and writes again. */
  written(start = 0): Buffer {
    return this.buffer.subarray(start, this.length);
  }

  int16(value: number): void {
    this.#view.setInt16(this.length, value);
    this.length += 2;
  }

  int32(value: number): void {
    this.#view.setInt32(this.length, value);
    this.length += 4;
  }

  setInt32(at: number, value: number): void {
    this.#view.setInt32(at, value);
  }

  raw(from: Buffer, start: number, end: number): void {
    if (end - start <= SHORT) {
      let at = this.length;
      for (let i = start; i < end; i++) this.buffer[at++] = from[i] as number;
      this.length = at;
    } else {
      this.length += from.copy(this.buffer, this.length, start, end);
    }
  }

  copyHeader(): void {
    this.reserve(COPY_HEADER.length);
    this.raw(COPY_HEADER, 0, COPY_HEADER.length);
  }

  copyTrailer(): void {
    this.reserve(FIELD_COUNT_BYTES);
    this.int16(COPY_TRAILER);
  }

  fieldNull(): void {
    this.int32(NULL_LENGTH);
  }

  fieldBytes(from: Buffer, start: number, end: number): void {
    this.int32(end - start);
    this.raw(from, start, end);
  }

  fieldInt32(value: number): void {
    this.int32(4);
    this.int32(value);
  }

  fieldInt64(value: number): void {
    this.int32(8);
    this.int32(Math.floor(value / 4294967296));
    // `| 0` takes the low word: it wraps modulo 2^32 for every safe integer.
    this.int32(value | 0);
  }

  fieldFloat64(value: number): void {
    this.int32(8);
    this.#view.setFloat64(this.length, value);
    this.length += 8;
  }

  fieldBoolean(value: boolean): void {
    this.int32(1);
    this.buffer[this.length++] = value ? 1 : 0;
  }

  /** `us`: microseconds since 1970. */
  fieldTimestamp(us: number): void {
    this.fieldInt64(us - POSTGRES_EPOCH_US);
  }

  /** The header of an array of `count` elements, none of them null. Write the elements as fields after it. */
  arrayHeader(elementOid: number, count: number): void {
    this.reserve(ARRAY_HEADER_BYTES);
    this.int32(1);
    this.int32(0);
    this.int32(elementOid);
    this.int32(count);
    this.int32(1);
  }

  /** Writes the text as the content of a JSON string, without its quotes. Reserve six times the length of the text first. */
  jsonText(from: Buffer, start: number, end: number): void {
    const target = this.buffer;
    let at = this.length;
    for (let i = start; i < end; i++) {
      const byte = from[i] as number;
      if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) {
        target[at++] = byte;
        continue;
      }
      target[at++] = 0x5c;
      if (byte === 0x22 || byte === 0x5c) target[at++] = byte;
      else if (byte === 0x0a) target[at++] = 0x6e;
      else if (byte === 0x0d) target[at++] = 0x72;
      else if (byte === 0x09) target[at++] = 0x74;
      else at += target.write(`u00${byte.toString(16).padStart(2, "0")}`, at, "latin1");
    }
    this.length = at;
  }
}
