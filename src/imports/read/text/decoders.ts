// Decoders of all encodings: chunks of bytes in, UTF-8 out. Bytes that are not text in the encoding become the byte FF, which is
// never valid in UTF-8.
import iconv from "iconv-lite";
import type { Encoding } from "../../../../contract/imports/import-names.ts";

const NOT_TEXT = 0xff;
const REPLACEMENT = "\ufffd";
/** U+FFFD in UTF-8. */
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);

/** Converts chunks to UTF-8. If a chunk ends within a character, the decoder keeps its bytes for the next chunk. */
export interface Decoder {
  decode: (bytes: Buffer) => Buffer;
  /** Returns the byte FF if the file ends within a character. */
  end: () => Buffer;
}

/**
 * Encodings that the platform's TextDecoder does not know, or knows only in part: Node's ICU knows EUC-KR without the extension of
 * Windows, and Big5 without the extension of Hong Kong.
 */
const WITH_ICONV = {
  cp437: "cp437",
  cp850: "cp850",
  cp852: "cp852",
  cp858: "cp858",
  big5: "big5hkscs",
  "euc-kr": "cp949",
} as const;

export function createDecoder(encoding: Encoding): Decoder {
  switch (encoding) {
    case "utf-8":
      return { decode: (bytes) => bytes, end: () => Buffer.alloc(0) };
    case "utf-16le":
      return createUtf16Decoder(0);
    case "utf-16be":
      return createUtf16Decoder(1);
    case "shift_jis":
    case "euc-jp":
    case "iso-2022-jp":
    case "gbk":
    case "gb18030":
      return createTextDecoder(encoding);
    case "big5":
    case "euc-kr": {
      const decoder = iconv.getDecoder(WITH_ICONV[encoding]);
      return {
        decode: (bytes) => encodeText(decoder.write(bytes)),
        end: () => encodeText(decoder.end() ?? ""),
      };
    }
    default: {
      const table = byteTable(encoding);
      return { decode: (bytes) => decodeBytes(bytes, table), end: () => Buffer.alloc(0) };
    }
  }
}

/** The encodings in which each byte is a character, and the bytes up to 7F are ASCII. */
export type SingleByte = Exclude<
  Encoding,
  "utf-8" | "utf-16le" | "utf-16be" | "shift_jis" | "euc-jp" | "iso-2022-jp" | "gbk" | "gb18030" | "big5" | "euc-kr"
>;

const TABLES = new Map<SingleByte, Uint16Array>();

/**
 * Returns the code points of the bytes 80 to FF; 0 for a byte without a character. A byte that decodes to a control character counts as a
 * byte without a character: text contains no control characters above 7F, and decoders return them for unassigned bytes.
 */
export function byteTable(encoding: SingleByte): Uint16Array {
  const known = TABLES.get(encoding);
  if (known !== undefined) return known;
  const bytes = Buffer.from(Array.from({ length: 128 }, (_, index) => index + 128));
  const text = encoding in WITH_ICONV ? iconv.decode(bytes, encoding) : new TextDecoder(encoding).decode(bytes);
  const table = Uint16Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    return character === REPLACEMENT || (code >= 0x80 && code < 0xa0) ? 0 : code;
  });
  TABLES.set(encoding, table);
  return table;
}

function decodeBytes(bytes: Buffer, table: Uint16Array): Buffer {
  const out = Buffer.allocUnsafe(bytes.length * 3);
  let length = 0;
  for (const byte of bytes) {
    if (byte < 0x80) {
      out[length++] = byte;
      continue;
    }
    const code = table[byte - 0x80] as number;
    if (code === 0) out[length++] = NOT_TEXT;
    else length = writeCode(out, length, code);
  }
  return out.subarray(0, length);
}

function createTextDecoder(encoding: Encoding): Decoder {
  const decoder = new TextDecoder(encoding);
  return {
    decode: (bytes) => encodeText(decoder.decode(bytes, { stream: true })),
    end: () => encodeText(decoder.decode()),
  };
}

/** Encodes decoded text as UTF-8, with the byte FF for each character that could not be decoded. */
export function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return text.includes(REPLACEMENT) ? replaceBytes(bytes, REPLACEMENT_BYTES, NOT_TEXT) : bytes;
}

/** Replaces each occurrence of `replaced` by a single byte, in place. Returns the part of `bytes` with the result. */
export function replaceBytes(bytes: Buffer, replaced: Buffer, byte: number): Buffer {
  let length = 0;
  let from = 0;
  for (let at = bytes.indexOf(replaced); at !== -1; at = bytes.indexOf(replaced, from)) {
    bytes.copyWithin(length, from, at);
    length += at - from;
    bytes[length++] = byte;
    from = at + replaced.length;
  }
  bytes.copyWithin(length, from);
  return bytes.subarray(0, length + bytes.length - from);
}

/** @param low offset of the low byte in a 16-bit unit: 0 for little endian, 1 for big endian */
function createUtf16Decoder(low: 0 | 1): Decoder {
  let odd: number | null = null;
  let highSurrogate = 0;

  function decode(bytes: Buffer): Buffer {
    const out = Buffer.allocUnsafe(bytes.length * 2 + 8);
    let length = 0;
    let pos = 0;
    while (pos + (odd === null ? 1 : 0) < bytes.length) {
      const first = odd ?? (bytes[pos++] as number);
      const second = bytes[pos++] as number;
      odd = null;
      const unit = low === 0 ? first | (second << 8) : (first << 8) | second;
      if (highSurrogate !== 0 && unit >= 0xdc00 && unit <= 0xdfff) {
        length = writeCode(out, length, 0x10000 + ((highSurrogate - 0xd800) << 10) + (unit - 0xdc00));
        highSurrogate = 0;
        continue;
      }
      if (highSurrogate !== 0) out[length++] = NOT_TEXT;
      highSurrogate = 0;
      if (unit >= 0xd800 && unit <= 0xdbff) highSurrogate = unit;
      else if (unit >= 0xdc00 && unit <= 0xdfff) out[length++] = NOT_TEXT;
      else length = writeCode(out, length, unit);
    }
    if (pos < bytes.length) odd = bytes[pos] as number;
    return out.subarray(0, length);
  }

  function end(): Buffer {
    const faults = (highSurrogate !== 0 ? 1 : 0) + (odd !== null ? 1 : 0);
    return Buffer.alloc(faults, NOT_TEXT);
  }

  return { decode, end };
}

/** Writes a character as UTF-8 and returns the offset after it. */
export function writeCode(out: Buffer, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code;
    return at + 1;
  }
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6);
    out[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  if (code < 0x10000) {
    out[at] = 0xe0 | (code >> 12);
    out[at + 1] = 0x80 | ((code >> 6) & 0x3f);
    out[at + 2] = 0x80 | (code & 0x3f);
    return at + 3;
  }
  out[at] = 0xf0 | (code >> 18);
  out[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  out[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  out[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}
