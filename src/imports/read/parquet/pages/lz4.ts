// Unpacks LZ4 blocks. The decoder of `hyparquet-compressors` may repeat the same bytes for ever if a block states a negative length.
import { repeat } from "./snappy.ts";

/** Number of bytes that Hadoop writes before each block: the unpacked length and the packed length, 32 bits each. */
const FRAME_HEADER = 8;

/** Unpacks LZ4: either blocks with the two lengths that Hadoop writes before each block, or a single block without lengths.
 * @throws Error if the bytes are not valid LZ4, or do not unpack to exactly `length` bytes */
export function unpackHadoopLz4(packed: Buffer, length: number): Buffer {
  if (!hasFrames(packed, length)) return unpackLz4(packed, length);
  const parts: Buffer[] = [];
  for (let at = 0; at < packed.length;) {
    const start = at + FRAME_HEADER;
    const end = start + packed.readUInt32BE(at + 4);
    parts.push(unpackLz4(packed.subarray(start, end), packed.readUInt32BE(at)));
    at = end;
  }
  return Buffer.concat(parts);
}

/** Whether `packed` consists of blocks with Hadoop's headers: the lengths in the headers add up to the packed and the unpacked length. */
function hasFrames(packed: Buffer, length: number): boolean {
  let total = 0;
  let at = 0;
  while (at + FRAME_HEADER <= packed.length) {
    total += packed.readUInt32BE(at);
    at += FRAME_HEADER + packed.readUInt32BE(at + 4);
  }
  return at === packed.length && total === length;
}

/** @throws Error if the bytes are not valid LZ4, or do not unpack to exactly `length` bytes */
export function unpackLz4(packed: Buffer, length: number): Buffer {
  const unpacked = Buffer.allocUnsafe(length);
  let to = 0;
  let at = 0;
  const lengthOf = (short: number): number => {
    let size = short;
    if (short < 15) return size;
    for (;;) {
      const byte = packed.readUInt8(at++);
      size += byte;
      if (byte < 255) return size;
    }
  };
  while (at < packed.length) {
    const token = packed[at++] as number;
    const literals = lengthOf(token >> 4);
    if (at + literals > packed.length || to + literals > length) throw damaged();
    packed.copy(unpacked, to, at, at + literals);
    at += literals;
    to += literals;
    // The last sequence of LZ4 data has literals only, without a copy of earlier bytes.
    if (at === packed.length) break;
    const offset = packed.readUInt16LE(at);
    at += 2;
    const size = lengthOf(token & 15) + 4;
    if (offset === 0 || offset > to || to + size > length) throw damaged();
    to = repeat(unpacked, to, offset, size);
  }
  if (to !== length) throw damaged();
  return unpacked;
}

const damaged = (): Error => new Error("a page is not valid LZ4 data");
