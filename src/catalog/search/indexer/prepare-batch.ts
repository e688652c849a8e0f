// Splits the backlog into batches of equal work, and turns the products of a batch into rows of the index.
import type { Queryable } from "../../../db/connection/connect.ts";
import {
  attributeTerm,
  attributeValueTerm,
  changedInTerm,
  createdInTerm,
  inactiveTerm,
  listTerm,
  otherValueTerm,
  parentTerm,
} from "../../query/terms.ts";
import { skuKey as skuKeyOf } from "../../product/sku-key.ts";
import { escapeCopy } from "./copy-text.ts";
import {
  measureProductsOfIds,
  measureProductsOfKeys,
  readProductsOfIds,
  readProductsOfKeys,
  type BacklogEntry,
  type IndexedProduct,
} from "./store.ts";
import { WordCounter, type CountedWord } from "./words.ts";

/** A part of the backlog that is indexed in one transaction. */
export interface Batch {
  ranges: { from: number; to: number }[];
  keys: string[];
  /** Ids of the backlog entries whose last products are in this batch. */
  done: number[];
  /** The total change in the number of products, as recorded by the backlog entries in `done`. */
  delta: number;
  /** The backlog entry that continues in the next batch, with its new first id and the number of keys to remove from the entry. */
  shortened: { id: number; id_from: number | null; keys: number } | undefined;
}

export function splitBacklog(entries: readonly BacklogEntry[], rows: number): Batch[] {
  const batches: Batch[] = [];
  let batch: Batch | undefined;
  let free = 0;
  for (const { id, id_from, id_to, keys, delta } of entries) {
    let from = id_from ?? 1;
    const to = id_to ?? 0;
    let taken = 0;
    /** Number of keys of this entry that are in the current batch. Keys in earlier batches are not counted, because they will already have
     * been removed from the backlog when this batch is written. */
    let takenHere = 0;
    for (;;) {
      if (batch === undefined || free <= 0) {
        batch = { ranges: [], keys: [], done: [], delta: 0, shortened: undefined };
        batches.push(batch);
        free = rows;
        takenHere = 0;
      }
      if (from <= to) {
        const end = Math.min(to, from + free - 1);
        batch.ranges.push({ from, to: end });
        free -= end - from + 1;
        from = end + 1;
      }
      const more = (keys ?? []).slice(taken, taken + Math.max(free, 0));
      batch.keys.push(...more);
      taken += more.length;
      takenHere += more.length;
      free -= more.length;
      if (from > to && taken === (keys ?? []).length) break;
      batch.shortened = { id, id_from: id_from === null ? null : from, keys: takenHere };
    }
    batch.done.push(id);
    batch.delta += delta;
    // Count the backlog entry itself, in addition to its products: it costs time even if the products no longer exist.
    free--;
  }
  return batches;
}

/** Limit for the text of a batch. 4,096 typical products have 1 to 2 MB of text, but each product may have 8 MB, and a worker's heap is
 * limited. */
const MAX_BATCH_BYTES = 4_000_000;

/** Splits backlog entries into batches of up to `rows` products. If the first batch has too much text, splits the entries into smaller
 * batches. If a later batch has too much text, returns only the batches before it; the remaining entries stay in the backlog for a later
 * call. */
export async function batchesThatFit(db: Queryable, entries: readonly BacklogEntry[], rows: number): Promise<Batch[]> {
  const batches = splitBacklog(entries, rows);
  if (rows === 1) return batches;
  const fitting: Batch[] = [];
  for (const batch of batches) {
    if ((await measureBatch(db, batch)) > MAX_BATCH_BYTES) break;
    fitting.push(batch);
  }
  if (fitting.length > 0 || batches.length === 0) return fitting;
  // The first batch is too large. Split all entries again, because each batch begins where the one before it ends.
  return batchesThatFit(db, entries, Math.ceil(rows / 4));
}

async function measureBatch(db: Queryable, { ranges, keys }: Batch): Promise<number> {
  let bytes = keys.length === 0 ? 0 : await measureProductsOfKeys(db, keys);
  for (const { from, to } of ranges) bytes += await measureProductsOfIds(db, from, to);
  return bytes;
}

export interface PreparedBatch extends Batch {
  /** The index rows of the products in COPY's text format, in key order. */
  lines: string;
  /** Keys of the products in `lines`. */
  found: string[];
  words: CountedWord[];
}

/** Reads the current state of a batch's products and converts the products to index rows. */
export async function prepareBatch(db: Queryable, batch: Batch): Promise<PreparedBatch> {
  const products = new Map<string, IndexedProduct>();
  const add = (found: readonly IndexedProduct[]): void => {
    for (const product of found) products.set(product[0], product);
  };
  for (const { from, to } of batch.ranges) add(await readProductsOfIds(db, from, to));
  if (batch.keys.length > 0) add(await readProductsOfKeys(db, batch.keys));
  // Sort by key, so that PostgreSQL writes to the pages of the B-tree one after the other.
  const found = [...products.keys()].sort();
  const counter = new WordCounter();
  let lines = "";
  for (const key of found) lines += lineOf(products.get(key) as IndexedProduct, counter);
  return { ...batch, lines, found, words: counter.counted() };
}

/** PostgreSQL and JavaScript convert values other than strings to different text, so all such values of an attribute share one term. */
const termOfValue = (attribute: string, value: unknown): number =>
  typeof value === "string" ? attributeValueTerm(attribute, value) : otherValueTerm(attribute);

function lineOf(product: IndexedProduct, counter: WordCounter): string {
  const [skuKey, id, version, nameKey, createdAt, updatedAt, sku, name, description, active, attributes] = product;
  counter.next();
  counter.addText(sku);
  counter.addText(name);
  counter.addText(description);
  if (!active) counter.addTerm(inactiveTerm());
  if (product[13] !== "") counter.addTerm(parentTerm(skuKeyOf(product[13])));
  for (const [attribute, value] of Object.entries(attributes)) {
    counter.addTerm(attributeTerm(attribute));
    if (Array.isArray(value)) {
      counter.addTerm(listTerm(attribute));
      for (const element of value) counter.addTerm(termOfValue(attribute, element));
    } else counter.addTerm(termOfValue(attribute, value));
  }
  counter.addTerm(createdInTerm(product[11]));
  counter.addTerm(changedInTerm(product[12]));
  return (
    `${escapeCopy(skuKey)}\t${id}\t${version}\t${escapeCopy(nameKey)}\t${createdAt}\t${updatedAt}\t` +
    `{${counter.terms.join(",")}}\n`
  );
}
