// Reads the values of a page one by one as texts. Values are only decoded when they are read, so the declared number of values takes no
// memory.
import type { Encoding } from "hyparquet";
import { unsupportedParquet } from "../parquet-fault.ts";
import type { Leaf } from "../schema.ts";
import { DeltaReader } from "./delta-reader.ts";
import { HybridReader } from "./hybrid-reader.ts";
import type { ValueTexts } from "./value-texts.ts";

/** Returns the text of the next value. */
export type ReadValue = () => string;

/** The values of a page: bytes from an offset to the end of the page. */
export interface ValueBytes {
  bytes: Buffer;
  at: number;
  /** Number of values that the page declares, including null. */
  count: number;
}

export interface ValueColumn {
  leaf: Leaf;
  texts: ValueTexts;
  /** The texts of the dictionary, to which pages refer by index. */
  dictionary: readonly string[] | undefined;
  /** Called with a number of bytes before they are allocated. */
  hold: (bytes: number) => void;
}

/** @throws Problem unsupported-file; Error if the page is damaged */
export function readerOfValues(encoding: Encoding | undefined, values: ValueBytes, column: ValueColumn): ReadValue {
  switch (encoding) {
    case "PLAIN":
      return plainReader(values.bytes, values.at, column);
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY":
      return dictionaryReader(values, column);
    case "RLE":
      return booleanRunReader(values, column);
    case "DELTA_BINARY_PACKED":
      return deltaReader(values, column);
    case "DELTA_LENGTH_BYTE_ARRAY":
      return deltaLengthReader(values, column);
    case "DELTA_BYTE_ARRAY":
      return deltaBytesReader(values, column);
    case "BYTE_STREAM_SPLIT":
      return splitReader(values, column);
    default:
      throw unsupportedParquet(
        `Its column "${column.leaf.name.slice(0, 100)}" has the encoding ${encoding ?? "unknown"}.`,
        "Write the file with plain or dictionary encoding.",
      );
  }
}

/** Finds the texts in values of the encoding PLAIN, which stores each text after its length. Does not decode the texts. */
export class PlainTexts {
  readonly bytes: Buffer;
  /** The bytes of the text that `next` has found. */
  start = 0;
  end: number;

  constructor(bytes: Buffer, from: number) {
    this.bytes = bytes;
    this.end = from;
  }

  /** @throws Error if the page is damaged */
  next(): void {
    const { bytes } = this;
    if (this.end + 4 > bytes.length) throw tooFewValues();
    this.start = this.end + 4;
    this.end = this.start + bytes.readUInt32LE(this.start - 4);
    if (this.end > bytes.length) throw tooFewValues();
  }
}

const tooFewValues = (): Error => new Error("a page has fewer values than its header declares");

/** Reads values that are written one after another. */
export function plainReader(
  bytes: Buffer,
  from: number,
  { leaf, texts }: Pick<ValueColumn, "leaf" | "texts">,
): ReadValue {
  let at = from;
  const { integer, fraction, bytes: bytesText } = texts;
  const take = (length: number): number => {
    at += length;
    if (at > bytes.length) throw tooFewValues();
    return at - length;
  };
  switch (leaf.type) {
    case "BOOLEAN": {
      let bit = 0;
      return () => {
        const byte = bytes.readUInt8(from + (bit >>> 3));
        return ((byte >> (bit++ & 7)) & 1) === 1 ? "true" : "false";
      };
    }
    case "INT32":
      return () => integer(bytes.readInt32LE(take(4)));
    case "INT64":
      return () => integer(int64(bytes, take(8)));
    case "INT96":
      return () => integer(int96(bytes, take(12)));
    case "FLOAT":
      return () => fraction(bytes.readFloatLE(take(4)));
    case "DOUBLE":
      return () => fraction(bytes.readDoubleLE(take(8)));
    case "BYTE_ARRAY": {
      const found = new PlainTexts(bytes, from);
      return () => {
        found.next();
        return bytesText(bytes, found.start, found.end);
      };
    }
    case "FIXED_LEN_BYTE_ARRAY": {
      const length = fixedLength(leaf);
      return () => {
        const start = take(length);
        return bytesText(bytes, start, start + length);
      };
    }
  }
}

function fixedLength({ element: { type_length: length }, name }: Leaf): number {
  if (length !== undefined && length > 0) return length;
  throw new Error(`the column "${name.slice(0, 100)}" has values without a length`);
}

/** If the upper 32 bits of a 64-bit integer are below this number, a double holds the integer exactly. */
const SAFE_HIGH = 1 << 20;

function int64(bytes: Buffer, at: number): number | bigint {
  const high = bytes.readInt32LE(at + 4);
  return high >= -SAFE_HIGH && high < SAFE_HIGH
    ? high * 0x1_0000_0000 + bytes.readUInt32LE(at)
    : bytes.readBigInt64LE(at);
}

const JULIAN_DAY_OF_1970 = 2_440_588n;
const NANOSECONDS_OF_DAY = 86_400_000_000_000n;

/** Returns the nanoseconds since 1970 of a time that is stored as the nanoseconds of the day, followed by the Julian day. */
const int96 = (bytes: Buffer, at: number): bigint =>
  (BigInt(bytes.readInt32LE(at + 8)) - JULIAN_DAY_OF_1970) * NANOSECONDS_OF_DAY + bytes.readBigInt64LE(at);

function dictionaryReader({ bytes, at }: ValueBytes, { dictionary }: ValueColumn): ReadValue {
  if (dictionary === undefined) throw new Error("a page refers to a dictionary that is missing");
  const indexes = new HybridReader(bytes, at + 1, bytes.length, bytes.readUInt8(at));
  return () => {
    const text = dictionary[indexes.next()];
    if (text === undefined) throw new Error("a page refers to a value that the dictionary does not contain");
    return text;
  };
}

function booleanRunReader({ bytes, at }: ValueBytes, { leaf }: ValueColumn): ReadValue {
  if (leaf.type !== "BOOLEAN")
    throw new Error(`a page has the encoding RLE, which the type ${leaf.type} does not allow`);
  const bits = new HybridReader(bytes, at + 4, at + 4 + bytes.readUInt32LE(at), 1);
  return () => (bits.next() === 1 ? "true" : "false");
}

function deltaReader({ bytes, at }: ValueBytes, { leaf, texts: { integer } }: ValueColumn): ReadValue {
  if (leaf.type !== "INT32" && leaf.type !== "INT64")
    throw new Error(`a page has the encoding DELTA_BINARY_PACKED, which the type ${leaf.type} does not allow`);
  const numbers = new DeltaReader(bytes, at, leaf.type === "INT32" ? 32 : 64);
  return () => integer(numbers.next());
}

/** Reads lengths, which are stored before the bytes that they belong to. */
function readLengths(
  { bytes, at, count }: ValueBytes,
  hold: ValueColumn["hold"],
): { lengths: Int32Array; end: number } {
  const reader = new DeltaReader(bytes, at, 32);
  if (reader.count > count) throw new Error("a page has more values than its header declares");
  hold(reader.count * Int32Array.BYTES_PER_ELEMENT);
  const lengths = new Int32Array(reader.count);
  for (let i = 0; i < lengths.length; i++) lengths[i] = Number(reader.next());
  return { lengths, end: reader.end() };
}

function deltaLengthReader(values: ValueBytes, { texts, hold }: ValueColumn): ReadValue {
  const read = rangesOfLengths(values, hold);
  return () => {
    const { start, end } = read();
    return texts.bytes(values.bytes, start, end);
  };
}

function rangesOfLengths(values: ValueBytes, hold: ValueColumn["hold"]): () => { start: number; end: number } {
  const { lengths, end: first } = readLengths(values, hold);
  let at = first;
  let index = 0;
  return () => {
    const length = lengths[index++] ?? -1;
    if (length < 0 || at + length > values.bytes.length) throw tooFewValues();
    at += length;
    return { start: at - length, end: at };
  };
}

/** Reads values that begin with the same bytes as the value before them. */
function deltaBytesReader(values: ValueBytes, { texts, hold }: ValueColumn): ReadValue {
  const { lengths: prefixes, end } = readLengths(values, hold);
  const suffix = rangesOfLengths({ ...values, at: end }, hold);
  let before: Buffer = Buffer.alloc(0);
  let index = 0;
  return () => {
    const prefix = prefixes[index++] ?? -1;
    if (prefix < 0 || prefix > before.length) throw tooFewValues();
    const range = suffix();
    before = Buffer.concat([before.subarray(0, prefix), values.bytes.subarray(range.start, range.end)]);
    return texts.bytes(before, 0, before.length);
  };
}

/** Reads values whose bytes are stored separately: first byte 0 of all values, then byte 1 of all values, and so on. */
function splitReader({ bytes, at }: ValueBytes, column: ValueColumn): ReadValue {
  const { leaf } = column;
  const width = splitWidth(leaf);
  const count = Math.floor((bytes.length - at) / width);
  const value = Buffer.alloc(width);
  let index = 0;
  return () => {
    if (index >= count) throw tooFewValues();
    for (let i = 0; i < width; i++) value[i] = bytes[at + i * count + index] as number;
    index++;
    return plainReader(value, 0, column)();
  };
}

function splitWidth(leaf: Leaf): number {
  switch (leaf.type) {
    case "INT32":
    case "FLOAT":
      return 4;
    case "INT64":
    case "DOUBLE":
      return 8;
    case "FIXED_LEN_BYTE_ARRAY":
      return fixedLength(leaf);
    default:
      throw new Error(`a page has the encoding BYTE_STREAM_SPLIT, which the type ${leaf.type} does not allow`);
  }
}
