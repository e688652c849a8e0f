// Unpacks Snappy. The decoder of `hyparquet` reads a length of 32 bits as a negative number, and may then repeat the same bytes for ever.

const LITERAL = 0;

/** @throws Error if the bytes are not exactly `length` bytes of data in Snappy */
export function unpackSnappy(packed: Buffer, length: number): Buffer {
  const unpacked = Buffer.allocUnsafe(length);
  let to = 0;
  let at = skipLength(packed);
  while (at < packed.length) {
    const tag = packed[at++] as number;
    if ((tag & 3) === LITERAL) {
      const { size, start } = literalOf(packed, tag, at);
      if (start + size > packed.length || to + size > length) throw damaged();
      packed.copy(unpacked, to, start, start + size);
      to += size;
      at = start + size;
      continue;
    }
    const copy = copyOf(packed, tag, at);
    at = copy.at;
    if (copy.offset === 0 || copy.offset > to || to + copy.size > length) throw damaged();
    to = repeat(unpacked, to, copy.offset, copy.size);
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

function literalOf(packed: Buffer, tag: number, at: number): { size: number; start: number } {
  const short = tag >> 2;
  if (short < 60) return { size: short + 1, start: at };
  const width = short - 59;
  return { size: packed.readUIntLE(at, width) + 1, start: at + width };
}

function copyOf(packed: Buffer, tag: number, at: number): { offset: number; size: number; at: number } {
  switch (tag & 3) {
    case 1:
      return { offset: packed.readUInt8(at) + ((tag >> 5) << 8), size: ((tag >> 2) & 7) + 4, at: at + 1 };
    case 2:
      return { offset: packed.readUInt16LE(at), size: (tag >> 2) + 1, at: at + 2 };
    default:
      return { offset: packed.readUInt32LE(at), size: (tag >> 2) + 1, at: at + 4 };
  }
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
