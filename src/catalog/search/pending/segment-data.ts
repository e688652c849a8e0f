// Products of the backlog in memory, in as few bytes as they need, and as few pieces: PostgreSQL joins the texts of all, since each
// row by itself, as a query or COPY gives it, costs the server more than all that is done with it.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { instantsOf } from "../../../db/binary/binary-array.ts";
import { COPY_HEADER, FIELD_COUNT_BYTES, LENGTH_BYTES } from "../../../db/binary/format.ts";

/** What products have here, in this order … */
export const TEXTS = ["sku_key", "sku", "name", "description"] as const;
/** … and under these numbers. */
export const [KEY, SKU, NAME] = [0, 1, 2];

/** Any three bytes in a row are of one of so many kinds. A product with a hundred different ones has a fifth of these. */
const GRAM_BITS = 9;
const GRAM_KINDS = 2 ** GRAM_BITS;
export const GRAM_BYTES = 3;

/** All of one block's products. */
export interface SegmentData {
  rows: number;
  /** TEXTS of each, A to Z lowered, each with a separator behind it. */
  texts: Buffer;
  /** Text t of product n begins at `starts[n * TEXTS.length + t]`, and the next one behind its separator. */
  starts: Uint32Array;
  /** For each kind of three bytes a bit a product: whether its texts, but for the key, have such. */
  grams: Uint32Array[];
  /** In microseconds since 1970; exact from 1720 to 2250, and times are those of our own writes. One where all have the same. */
  created_at: Float64Array;
  updated_at: Float64Array;
}

/** ASCII's "unit separator", which hardly any text has, and unlike NUL one that PostgreSQL takes. */
const SEPARATOR = 0x1f;
const INSTANTS = ["created_at", "updated_at"] as const;

const PIECES = [
  `string_agg(${TEXTS.map((text) => `p.${text}`).join(" || chr(31) || ")}, chr(31)) || chr(31)`,
  ...INSTANTS.map((instant) => `array_agg(p.${instant})`),
];

/** @param where of `products p`, without parameters: pg has binary results only of COPY, which takes none
 * @returns undefined where a text has a separator in it */
export async function readSegmentData(client: pg.ClientBase, where: string): Promise<SegmentData | undefined> {
  const parts: Buffer[] = [];
  const copy = client.query(
    copyTo(`copy (select ${PIECES.join(", ")} from products p where ${where}) to stdout (format binary)`),
  );
  for await (const part of copy) parts.push(part as Buffer);
  const [joined, ...instants] = piecesOf(Buffer.concat(parts)) as [Buffer, Buffer, Buffer];
  const [createdAt, updatedAt] = instants.map(instantsOf) as [Float64Array, Float64Array];
  const rows = createdAt.length;
  // Without the rest of the row
  const texts = Buffer.from(joined);
  const starts = lowerAndSplit(texts, rows * TEXTS.length);
  if (starts === undefined) return undefined;
  const times = { created_at: onceIfSame(createdAt), updated_at: onceIfSame(updatedAt) };
  return { rows, texts, starts, grams: bitsOfGrams(texts, starts, rows), ...times };
}

/** Splits the one row of a binary COPY into its fields; they are null if there is no product. */
function piecesOf(row: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let at = COPY_HEADER.length + FIELD_COUNT_BYTES;
  while (pieces.length < PIECES.length) {
    const start = at + LENGTH_BYTES;
    at = start + Math.max(row.readInt32BE(at), 0);
    pieces.push(row.subarray(start, at));
  }
  return pieces;
}

/** Lowers A to Z in place; returns where the texts begin, and where a further one would. Undefined unless there are so many. */
function lowerAndSplit(texts: Buffer, count: number): Uint32Array | undefined {
  const starts = new Uint32Array(count + 1);
  let found = 0;
  for (let i = 0; i < texts.length; i++) {
    const byte = texts[i] as number;
    if (byte >= 0x41 && byte <= 0x5a) texts[i] = byte | 0x20;
    // What is written behind the end of a typed array is dropped.
    else if (byte === SEPARATOR) starts[++found] = i + 1;
  }
  return found === count ? starts : undefined;
}

export const gramKind = (first: number, second: number, third: number): number =>
  Math.imul((first << 16) | (second << 8) | third, 0x9e3779b1) >>> (32 - GRAM_BITS);

function bitsOfGrams(texts: Buffer, starts: Uint32Array, rows: number): Uint32Array[] {
  const words = Math.ceil(rows / 32);
  const all = new Uint32Array(GRAM_KINDS * words);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [starts[row * TEXTS.length + SKU] as number, starts[(row + 1) * TEXTS.length] as number];
    const [word, bit] = [row >>> 5, 1 << (row & 31)];
    let [first, second] = [texts[start] as number, texts[start + 1] as number];
    for (let i = start + 2; i < end; i++) {
      const third = texts[i] as number;
      const at = gramKind(first, second, third) * words + word;
      all[at] = (all[at] as number) | bit;
      first = second;
      second = third;
    }
  }
  return Array.from({ length: GRAM_KINDS }, (_, kind) => all.subarray(kind * words, (kind + 1) * words));
}

const onceIfSame = (instants: Float64Array): Float64Array =>
  instants.every((instant) => instant === instants[0]) ? instants.slice(0, 1) : instants;
