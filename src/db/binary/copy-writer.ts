// Bytes for PostgreSQL's binary formats, written into one buffer that grows and is used again: a row costs no object.
// Formats: https://www.postgresql.org/docs/current/sql-copy.html (Binary Format) and the types' send functions.

const COPY_HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
/** Microseconds from 1970 to 2000, PostgreSQL's epoch. */
const POSTGRES_EPOCH_US = 946_684_800_000_000;
/** Copying shorter runs byte by byte beats the call into native code. */
const SHORT = 24;

/** Numbers anywhere in `bytes`, aligned or not. */
export const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export class ByteWriter {
  buffer: Buffer;
  length = 0;
  /** Over `buffer`: a number is one store instead of four. */
  #view: DataView;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
    this.#view = viewOf(this.buffer);
  }

  /** Makes room for `bytes` more; called once a row, so that the writes below need no check. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.#view = viewOf(larger);
  }

  /** What was written from `start` on. Stays as it is when more is written behind it. */
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
    this.reserve(2);
    this.int16(-1);
  }

  // Fields: a length, then the value.

  fieldNull(): void {
    this.int32(-1);
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
    this.int32(value | 0);
    // A double's low word: `| 0` wraps modulo 2^32, as wanted, for every safe integer.
  }

  fieldBoolean(value: boolean): void {
    this.int32(1);
    this.buffer[this.length++] = value ? 1 : 0;
  }

  /** `us`: microseconds since 1970. */
  fieldTimestamp(us: number): void {
    this.fieldInt64(us - POSTGRES_EPOCH_US);
  }

  /** The head of a one-dimensional array of `count` elements without nulls; the elements follow as fields. */
  arrayHeader(elementOid: number, count: number): void {
    this.reserve(20);
    this.int32(1);
    this.int32(0);
    this.int32(elementOid);
    this.int32(count);
    this.int32(1);
  }

  /** The inside of a JSON string. Needs room for six times the text. */
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
