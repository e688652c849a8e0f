// Products of the backlog in memory, as few bytes as they need: from COPY's binary format to texts that can be searched at once,
// and what the products are sorted by.

/** All of one block's products; number n has its parts at n of each array, and the next one's begin where they end. */
export interface BlockData {
  rows: number;
  /** SKU, name and description of each, A to Z lowered, each with a NUL behind it. */
  texts: Uint8Array;
  text_starts: Uint32Array;
  /** The bounds of the beginning of the name by which products are sorted. */
  name_starts: Uint32Array;
  name_ends: Uint32Array;
  keys: Uint8Array;
  key_starts: Uint32Array;
  /** In microseconds since 1970; exact from 1720 to 2250, and times are those of our own writes. */
  created_at: Float64Array;
  updated_at: Float64Array;
}

/** What `readBlock` takes, of `products p`. */
export const BLOCK_COLUMNS = "p.sku_key, p.created_at, p.updated_at, p.sku, p.name, p.description";

/** https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format" */
const HEADER_BYTES = 19;
const FIELDS = 6;
const LAST_TEXT = FIELDS - 1;
/** PostgreSQL counts from 2000. */
const EPOCH_US = 946_684_800_000_000;

/** @param pieces each the whole of one COPY's output; @param name_characters that a name is sorted by at most */
export function readBlock(pieces: readonly Buffer[], name_characters: number): BlockData {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const rows = pieces.reduce((sum, piece) => sum + countRows(piece), 0);
  const data: BlockData = {
    rows,
    texts: new Uint8Array(size),
    text_starts: new Uint32Array(rows + 1),
    name_starts: new Uint32Array(rows),
    name_ends: new Uint32Array(rows),
    keys: new Uint8Array(size),
    key_starts: new Uint32Array(rows + 1),
    created_at: new Float64Array(rows),
    updated_at: new Float64Array(rows),
  };
  let row = 0;
  for (const piece of pieces) row = readRows(piece, data, row, name_characters);
  return {
    ...data,
    texts: data.texts.slice(0, data.text_starts[rows]),
    keys: data.keys.slice(0, data.key_starts[rows]),
  };
}

function countRows(piece: Buffer): number {
  let rows = 0;
  for (let at = HEADER_BYTES; piece.readInt16BE(at) === FIELDS; rows++) {
    at += 2;
    for (let field = 0; field < FIELDS; field++) at += 4 + piece.readInt32BE(at);
  }
  return rows;
}

function readRows(piece: Buffer, data: BlockData, from: number, name_characters: number): number {
  const { texts, text_starts, keys, key_starts } = data;
  let row = from;
  for (let at = HEADER_BYTES; piece.readInt16BE(at) === FIELDS; row++) {
    let out = text_starts[row] as number;
    at += 2;
    for (let field = 0; field < FIELDS; field++) {
      const length = piece.readInt32BE(at);
      at += 4;
      if (field === 0) {
        const start = key_starts[row] as number;
        for (let i = 0; i < length; i++) keys[start + i] = piece[at + i] as number;
        key_starts[row + 1] = start + length;
      } else if (field === 1) data.created_at[row] = microseconds(piece, at);
      else if (field === 2) data.updated_at[row] = microseconds(piece, at);
      else {
        lower(piece, at, length, texts, out);
        if (field === LAST_TEXT - 1) {
          data.name_starts[row] = out;
          data.name_ends[row] = endOf(texts, out, out + length, name_characters);
        }
        out += length + 1;
      }
      at += length;
    }
    text_starts[row + 1] = out;
  }
  return row;
}

const microseconds = (piece: Buffer, at: number): number =>
  piece.readInt32BE(at) * 0x1_0000_0000 + piece.readUInt32BE(at + 4) + EPOCH_US;

function lower(from: Uint8Array, at: number, length: number, to: Uint8Array, out: number): void {
  for (let i = 0; i < length; i++) {
    const byte = from[at + i] as number;
    to[out + i] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
  }
}

/** Behind so many characters of UTF-8 at most. */
function endOf(texts: Uint8Array, start: number, end: number, characters: number): number {
  if (end - start <= characters) return end;
  let at = start;
  for (let left = characters; at < end; at++) {
    // A byte that goes on with a character is no character of its own.
    if (((texts[at] as number) & 0xc0) !== 0x80 && left-- === 0) return at;
  }
  return end;
}
