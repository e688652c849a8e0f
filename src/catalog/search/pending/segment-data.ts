// Loads the products of a backlog entry in a compact form. PostgreSQL joins all texts into one value, because receiving each row
// separately, by query or by COPY, would take longer than all processing in this module.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { instantsOf } from "../../../db/binary/binary-array.ts";
import { setFoldedGrams } from "./folded-grams.ts";
import { GRAM_BUCKETS, gramBucket } from "./gram-bucket.ts";
import { COPY_HEADER, FIELD_COUNT_BYTES, LENGTH_BYTES } from "../../../db/binary/format.ts";

/** The columns whose texts are loaded for each product, in this order. */
export const TEXTS = ["sku_key", "sku", "name", "description"] as const;
/** Indexes of columns in TEXTS. */
export const [KEY, SKU, NAME] = [0, 1, 2];

/** The products of one segment. */
export interface SegmentData {
  rows: number;
  /** The texts of all products in the order of TEXTS, with A to Z in lower case and a separator after each text. */
  texts: Buffer;
  /** Text t of product n begins at `starts[n * TEXTS.length + t]`; the next text begins after the separator. */
  starts: Uint32Array;
  /** Which products contain which trigrams (three neighbouring bytes). There is one bitmap per bucket (a group of trigrams with the same
   * hash), with one bit per product. The bit is set if a text of the product, as written or without accents, contains a trigram of the
   * bucket. The SKU key is not included. */
  grams: Uint32Array[];
  /** A bitmap of the products whose texts, except their keys, contain characters outside ASCII. */
  others: Uint32Array;
  /** Times in microseconds since 1970, exact from 1720 to 2250. The array has a single element if all products have the same time. */
  created_at: Float64Array;
  /** Times in microseconds, in the same form as `created_at`. */
  updated_at: Float64Array;
}

/** The character between texts: ASCII's "unit separator". Hardly any text contains it, and PostgreSQL accepts it, unlike NUL. */
const SEPARATOR = 0x1f;
const INSTANTS = ["created_at", "updated_at"] as const;

const COLUMNS = [
  `string_agg(${TEXTS.map((text) => `p.${text}`).join(" || chr(31) || ")}, chr(31)) || chr(31)`,
  ...INSTANTS.map((instant) => `array_agg(p.${instant})`),
];

/** Reads the products that fulfil a condition.
 * @param where an SQL condition on `products p`. It has no parameters: the results are binary, which requires COPY, and COPY accepts no
 * parameters.
 * @returns undefined if a text contains the separator (U+001F) */
export async function readSegmentData(client: pg.ClientBase, where: string): Promise<SegmentData | undefined> {
  const chunks: Buffer[] = [];
  const copy = client.query(
    copyTo(`copy (select ${COLUMNS.join(", ")} from products p where ${where}) to stdout (format binary)`),
  );
  for await (const chunk of copy) chunks.push(chunk as Buffer);
  const [joined, ...instants] = fieldsOf(Buffer.concat(chunks)) as [Buffer, Buffer, Buffer];
  const [createdAt, updatedAt] = instants.map(instantsOf) as [Float64Array, Float64Array];
  const rows = createdAt.length;
  // Copy the texts, so that the other parts of the received row can be freed.
  const texts = Buffer.from(joined);
  const starts = lowerAndSplit(texts, rows * TEXTS.length);
  if (starts === undefined) return undefined;
  const times = { created_at: collapse(createdAt), updated_at: collapse(updatedAt) };
  return { rows, texts, starts, ...bitmapsOf(texts, starts, rows), ...times };
}

/** Splits the only row of a binary COPY into its fields. If there are no products, all fields are empty. */
function fieldsOf(row: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let at = COPY_HEADER.length + FIELD_COUNT_BYTES;
  while (fields.length < COLUMNS.length) {
    const start = at + LENGTH_BYTES;
    at = start + Math.max(row.readInt32BE(at), 0);
    fields.push(row.subarray(start, at));
  }
  return fields;
}

/** Converts A to Z to lower case in place. Returns the start of each text and the end of the last text. Returns undefined if `texts` does
 * not contain exactly `count` separators. */
function lowerAndSplit(texts: Buffer, count: number): Uint32Array | undefined {
  const starts = new Uint32Array(count + 1);
  let found = 0;
  for (let i = 0; i < texts.length; i++) {
    const byte = texts[i] as number;
    if (byte >= 0x41 && byte <= 0x5a) texts[i] = byte | 0x20;
    // If there are too many separators, this writes beyond the end of `starts`, which typed arrays ignore.
    else if (byte === SEPARATOR) starts[++found] = i + 1;
  }
  return found === count ? starts : undefined;
}

function bitmapsOf(texts: Buffer, starts: Uint32Array, rows: number): Pick<SegmentData, "grams" | "others"> {
  const words = Math.ceil(rows / 32);
  const all = new Uint32Array(GRAM_BUCKETS * words);
  const others = new Uint32Array(words);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [starts[row * TEXTS.length + SKU] as number, starts[(row + 1) * TEXTS.length] as number];
    const [word, bit] = [row >>> 5, 1 << (row & 31)];
    let [first, second] = [texts[start] as number, texts[start + 1] as number];
    let bits = first | second;
    for (let i = start + 2; i < end; i++) {
      const third = texts[i] as number;
      bits |= third;
      const at = gramBucket(first, second, third) * words + word;
      all[at] = (all[at] as number) | bit;
      first = second;
      second = third;
    }
    if (bits < 0x80) continue;
    others[word] = (others[word] as number) | bit;
    setFoldedGrams(texts, start, end, { all, words, word, bit });
  }
  const grams = Array.from({ length: GRAM_BUCKETS }, (_, bucket) => all.subarray(bucket * words, (bucket + 1) * words));
  return { grams, others };
}

const collapse = (instants: Float64Array): Float64Array =>
  instants.every((instant) => instant === instants[0]) ? instants.slice(0, 1) : instants;
