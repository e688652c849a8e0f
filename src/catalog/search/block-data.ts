// Products of the backlog in memory, in as few bytes as they need, and as few pieces: PostgreSQL joins the texts of all, since each
// row by itself, as a query or COPY gives it, costs the server more than all that is done with it.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { NAME_KEY_CHARACTERS } from "../order.ts";

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

const TEXTS = ["sku_key", "sku", "name", "description"] as const;
const INSTANTS = ["created_at", "updated_at"] as const;

// Lengths come by themselves, since no separator is in none of the texts.
const PIECES = `select ${[
  ...TEXTS.flatMap((text) => [`string_agg(p.${text}, '')`, `array_agg(octet_length(p.${text}))`]),
  ...INSTANTS.map((instant) => `array_agg(p.${instant})`),
].join(", ")} from products p`;

/** @param where of `products p`, without parameters: pg has binary results only of COPY, which takes none */
export async function readBlockData(client: pg.ClientBase, where: string): Promise<BlockData> {
  const parts: Buffer[] = [];
  const copy = client.query(copyTo(`copy (${PIECES} where ${where}) to stdout (format binary)`));
  for await (const part of copy) parts.push(part as Buffer);
  return dataOf(piecesOf(Buffer.concat(parts)));
}

/** https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": a header, and the row with its number of fields, each of
 * which has its length in front; -1 where there is no product. */
function piecesOf(row: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 19 + 2;
  while (pieces.length < TEXTS.length * 2 + INSTANTS.length) {
    const start = at + 4;
    at = start + Math.max(row.readInt32BE(at), 0);
    pieces.push(row.subarray(start, at));
  }
  return pieces;
}

function dataOf(pieces: readonly Buffer[]): BlockData {
  const [keys, key_lengths, skus, sku_lengths, names, name_lengths, descriptions, description_lengths, ...instants] =
    pieces as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
  const key_starts = startsOf(key_lengths);
  const sources = [
    { bytes: skus, starts: startsOf(sku_lengths) },
    { bytes: names, starts: startsOf(name_lengths) },
    { bytes: descriptions, starts: startsOf(description_lengths) },
  ];
  const rows = key_starts.length - 1;
  const texts = new Uint8Array(skus.length + names.length + descriptions.length + rows * sources.length);
  const text_starts = new Uint32Array(rows + 1);
  const name_starts = new Uint32Array(rows);
  const name_ends = new Uint32Array(rows);
  let out = 0;
  for (let row = 0; row < rows; row++) {
    for (const { bytes, starts } of sources) {
      const start = out;
      out = lower(bytes, starts[row] as number, starts[row + 1] as number, texts, out);
      if (bytes === names) {
        name_starts[row] = start;
        name_ends[row] = endOf(texts, start, out);
      }
      // Behind each stays a NUL, which no text and no needle has.
      out++;
    }
    text_starts[row + 1] = out;
  }
  const [created_at, updated_at] = instants.map(instantsOf) as [Float64Array, Float64Array];
  return {
    rows,
    texts,
    text_starts,
    name_starts,
    name_ends,
    keys: new Uint8Array(keys),
    key_starts,
    created_at,
    updated_at,
  };
}

/** Behind the dimensions of an array come its items, each with its length in front; none of ours is null. */
const ARRAY_HEADER_BYTES = 20;
const INTEGER_BYTES = 8;
const INSTANT_BYTES = 12;
/** PostgreSQL counts from 2000. */
const EPOCH_US = 946_684_800_000_000;

/** Where each begins, and where the last ends. */
function startsOf(lengths: Buffer): Uint32Array {
  const starts = new Uint32Array(itemsOf(lengths, INTEGER_BYTES) + 1);
  for (let i = 0, at = ARRAY_HEADER_BYTES + 4; i + 1 < starts.length; i++, at += INTEGER_BYTES) {
    starts[i + 1] = (starts[i] as number) + lengths.readInt32BE(at);
  }
  return starts;
}

const itemsOf = (array: Buffer, bytes: number): number => Math.max(array.length - ARRAY_HEADER_BYTES, 0) / bytes;

function instantsOf(array: Buffer): Float64Array {
  const instants = new Float64Array(itemsOf(array, INSTANT_BYTES));
  for (let i = 0; i < instants.length; i++) {
    const at = ARRAY_HEADER_BYTES + i * INSTANT_BYTES + 4;
    instants[i] = array.readInt32BE(at) * 0x1_0000_0000 + array.readUInt32BE(at + 4) + EPOCH_US;
  }
  return instants;
}

/** Copies with A to Z lowered; returns the end. */
function lower(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  let out = at;
  for (let i = start; i < end; i++) {
    const byte = from[i] as number;
    to[out++] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
  }
  return out;
}

/** Behind as many characters of UTF-8 as names are sorted by. */
function endOf(texts: Uint8Array, start: number, end: number): number {
  if (end - start <= NAME_KEY_CHARACTERS) return end;
  let at = start;
  for (let left = NAME_KEY_CHARACTERS; at < end; at++) {
    // A byte that goes on with a character is no character of its own.
    if (((texts[at] as number) & 0xc0) !== 0x80 && left-- === 0) return at;
  }
  return end;
}
