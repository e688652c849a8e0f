// Rewrites a file of another encoding as UTF-8, as a stream. Bytes that are not text in that encoding become the byte FF, which
// is never valid in UTF-8: the reader then rejects exactly the records that contain it, as in any other file.
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "./new-file.ts";

type Encoding = Dialect["encoding"];

const NOT_TEXT = 0xff;
const CHUNK_BYTES = 262_144;

/** Code points of the bytes 80 to 9F of windows-1252 (https://encoding.spec.whatwg.org/index-windows-1252.txt); 0 = undefined. */
const WINDOWS_1252_HIGH = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/** Returns the length of the byte order mark at the start of a file in this encoding, or 0. */
export function bomLength(head: Buffer, encoding: Encoding): number {
  switch (encoding) {
    case "utf-8":
      return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
    case "utf-16le":
      return head[0] === 0xff && head[1] === 0xfe ? 2 : 0;
    case "utf-16be":
      return head[0] === 0xfe && head[1] === 0xff ? 2 : 0;
    case "windows-1252":
      return 0;
  }
}

/** Writes the file at `sourcePath` to the new file `targetPath` as UTF-8 without a byte order mark. A UTF-8 file is copied. Throws
 * the file system's errors, and an AbortError; the caller then removes the incomplete target. */
export async function transcode(
  sourcePath: string,
  encoding: Encoding,
  targetPath: string,
  signal?: AbortSignal,
  checkSpace?: SpaceCheck,
): Promise<void> {
  const source = createReadStream(sourcePath, { highWaterMark: CHUNK_BYTES });
  const target = await createNewFile(targetPath);
  await pipeline(
    source,
    (chunks) => waitForSpace(transcodeChunks(chunks, encoding), checkSpace),
    target,
    signal ? { signal } : {},
  );
  await checkNewFile(target);
}

/** Converts bytes in memory, such as the head of a file, to UTF-8. With `whole`, a character that is incomplete at the end is a
 * fault. */
export function transcodeHead(head: Buffer, encoding: Encoding, whole: boolean): Buffer {
  const text = head.subarray(bomLength(head, encoding));
  const decoder = createDecoder(encoding);
  const decoded = decoder.decode(text);
  return whole ? Buffer.concat([decoded, decoder.end()]) : decoded;
}

async function* transcodeChunks(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = createDecoder(encoding);
  let first = true;
  for await (const chunk of chunks) {
    const bytes = first ? chunk.subarray(bomLength(chunk, encoding)) : chunk;
    first = false;
    yield decoder.decode(bytes);
  }
  yield decoder.end();
}

/** Converts chunks to UTF-8. If a chunk ends within a character, the decoder keeps its bytes for the next chunk. */
interface Decoder {
  decode: (bytes: Buffer) => Buffer;
  /** Returns the byte FF if the file ends within a character. */
  end: () => Buffer;
}

function createDecoder(encoding: Encoding): Decoder {
  const noBytes = (): Buffer => Buffer.alloc(0);
  switch (encoding) {
    case "utf-8":
      return { decode: (bytes) => bytes, end: noBytes };
    case "windows-1252":
      return { decode: decodeWindows1252, end: noBytes };
    case "utf-16le":
      return createUtf16Decoder(0);
    case "utf-16be":
      return createUtf16Decoder(1);
  }
}

function decodeWindows1252(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length * 3);
  let length = 0;
  for (const byte of bytes) {
    if (byte < 0x80) {
      out[length++] = byte;
      continue;
    }
    const code = byte < 0xa0 ? (WINDOWS_1252_HIGH[byte - 0x80] as number) : byte;
    if (code === 0) out[length++] = NOT_TEXT;
    else length = writeCode(out, length, code);
  }
  return out.subarray(0, length);
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
function writeCode(out: Buffer, at: number, code: number): number {
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
