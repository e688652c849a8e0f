// Unpacks Snappy. The decoder of `hyparquet` reads a length of 32 bits as a negative number, and may then repeat the same bytes for ever.

const LITERAL = 0;
/** Maximum number of bytes that a loop copies faster than a native call. */
const SHORT_BYTES = 32;

/** @throws Error if the bytes are not valid Snappy, or do not unpack to exactly `length` bytes */
export function unpackSnappy(packed: Buffer, length: number): Buffer {
  const unpacked = Buffer.allocUnsafe(length);
  let to = 0;
  let at = skipLength(packed);
  while (at < packed.length) {
    const tag = packed[at++] as number;
    const kind = tag & 3;
    let size = (tag >> 2) + 1;
    if (kind === LITERAL) {
      if (size > 60) {
        const width = size - 60;
        size = packed.readUIntLE(at, width) + 1;
        at += width;
      }
      if (at + size > packed.length || to + size > length) throw damaged();
      if (size > SHORT_BYTES) packed.copy(unpacked, to, at, at + size);
      else for (let i = 0; i < size; i++) unpacked[to + i] = packed[at + i] as number;
      to += size;
      at += size;
      continue;
    }
    let offset = packed[at++] as number;
    if (kind === 1) {
      offset |= (tag >> 5) << 8;
      size = ((tag >> 2) & 7) + 4;
    } else {
      offset |= (packed[at++] as number) << 8;
      if (kind === 3) {
        offset += (packed[at] as number) * 0x1_0000 + (packed[at + 1] as number) * 0x100_0000;
        at += 2;
      }
    }
    if (at > packed.length || offset === 0 || offset > to || to + size > length) throw damaged();
    to = repeat(unpacked, to, offset, size);
  }
  if (to !== length) throw damaged();
  return unpacked;
}

/** Skips the length of the unpacked data: the header of the page repeats it. */
function skipLength(packed: Buffer): number {
  let at = 0;
  while ((packed[at] ?? 0) > 127) at++;
  return at + 1;
}

/** Copies `size` bytes to `to`, from `offset` bytes before `to`. If `size` is larger than `offset`, the copy repeats its first bytes.
 * Returns the offset after the copy. */
export function repeat(bytes: Buffer, to: number, offset: number, size: number): number {
  if (offset >= size && size > 16) {
    bytes.copyWithin(to, to - offset, to - offset + size);
    return to + size;
  }
  for (let i = 0; i < size; i++) bytes[to + i] = bytes[to - offset + i] as number;
  return to + size;
}

const damaged = (): Error => new Error("a page is not valid Snappy data");
