// The backlog in slices of equal work, and a slice's products as the lines that go into the index.
import type { Queryable } from "../../../db/connection/connect.ts";
import {
  attributeTerm,
  attributeValueTerm,
  changedInTerm,
  createdInTerm,
  inactiveTerm,
  otherValueTerm,
} from "../../query/terms.ts";
import { escapeCopy } from "./copy-text.ts";
import {
  measureProductsOfIds,
  measureProductsOfKeys,
  readProductsOfIds,
  readProductsOfKeys,
  type BacklogEntry,
  type IndexedProduct,
} from "./store.ts";
import { WordCounter, type Counted } from "../text/words.ts";

/** Neighbouring parts of the backlog that are indexed together. */
export interface Slice {
  ranges: { from: number; to: number }[];
  keys: string[];
  /** Entries that end here, and what they did to the number of products. */
  done: number[];
  delta: number;
  /** The entry that goes on behind this slice: from which id, and without how many of the keys it had. */
  shortened: { id: number; id_from: number | null; keys: number } | undefined;
}

export function slicesOf(entries: readonly BacklogEntry[], rows: number): Slice[] {
  const slices: Slice[] = [];
  let slice: Slice | undefined;
  let room = 0;
  for (const { id, id_from, id_to, keys, delta } of entries) {
    let from = id_from ?? 1;
    const to = id_to ?? 0;
    let taken = 0;
    /** Keys that this slice takes away from the entry; those of earlier slices are gone from it by then. */
    let takenHere = 0;
    for (;;) {
      if (slice === undefined || room <= 0) {
        slice = { ranges: [], keys: [], done: [], delta: 0, shortened: undefined };
        slices.push(slice);
        room = rows;
        takenHere = 0;
      }
      if (from <= to) {
        const end = Math.min(to, from + room - 1);
        slice.ranges.push({ from, to: end });
        room -= end - from + 1;
        from = end + 1;
      }
      const more = (keys ?? []).slice(taken, taken + Math.max(room, 0));
      slice.keys.push(...more);
      taken += more.length;
      takenHere += more.length;
      room -= more.length;
      if (from > to && taken === (keys ?? []).length) break;
      slice.shortened = { id, id_from: id_from === null ? null : from, keys: takenHere };
    }
    slice.done.push(id);
    slice.delta += delta;
    // An entry costs something also where its products are gone.
    room--;
  }
  return slices;
}

/** Text of a slice's products. Of 4,096 usual ones it is 1 to 2 MB; each may have 8 MB, and a worker's heap is limited. */
const MAX_SLICE_BYTES = 4_000_000;

/** Slices of `rows` products, or of fewer where their texts are long. Only the first few are measured and returned then. */
export async function slicesThatFit(db: Queryable, entries: readonly BacklogEntry[], rows: number): Promise<Slice[]> {
  const slices = slicesOf(entries, rows);
  if (rows === 1) return slices;
  const fitting: Slice[] = [];
  for (const slice of slices) {
    if ((await measureSlice(db, slice)) > MAX_SLICE_BYTES) break;
    fitting.push(slice);
  }
  if (fitting.length > 0 || slices.length === 0) return fitting;
  // Later slices begin where these end, so a list of slices has to begin anew with smaller ones.
  return slicesThatFit(db, entries, Math.ceil(rows / 4));
}

async function measureSlice(db: Queryable, { ranges, keys }: Slice): Promise<number> {
  let bytes = keys.length === 0 ? 0 : await measureProductsOfKeys(db, keys);
  for (const { from, to } of ranges) bytes += await measureProductsOfIds(db, from, to);
  return bytes;
}

export interface PreparedSlice extends Slice {
  /** Of COPY's text format, in key order. */
  lines: string;
  /** Keys of the products in `lines`. */
  found: string[];
  words: Counted[];
}

/** Reads the products of a slice as they are now. */
export async function prepareSlice(db: Queryable, slice: Slice): Promise<PreparedSlice> {
  const products = new Map<string, IndexedProduct>();
  const add = (found: readonly IndexedProduct[]): void => {
    for (const product of found) products.set(product[0], product);
  };
  for (const { from, to } of slice.ranges) add(await readProductsOfIds(db, from, to));
  if (slice.keys.length > 0) add(await readProductsOfKeys(db, slice.keys));
  // In key order a B-tree's pages are touched one after the other.
  const found = [...products.keys()].sort();
  const counter = new WordCounter();
  let lines = "";
  for (const key of found) lines += lineOf(products.get(key) as IndexedProduct, counter);
  return { ...slice, lines, found, words: counter.counted() };
}

function lineOf(product: IndexedProduct, counter: WordCounter): string {
  const [skuKey, id, version, nameKey, createdAt, updatedAt, sku, name, description, active, attributes] = product;
  counter.next();
  counter.addText(sku);
  counter.addText(name);
  counter.addText(description);
  if (!active) counter.addTerm(inactiveTerm());
  for (const [attribute, value] of Object.entries(attributes)) {
    counter.addTerm(attributeTerm(attribute));
    // What is no text reads differently in PostgreSQL and here.
    counter.addTerm(typeof value === "string" ? attributeValueTerm(attribute, value) : otherValueTerm(attribute));
  }
  counter.addTerm(createdInTerm(product[11]));
  counter.addTerm(changedInTerm(product[12]));
  return (
    `${escapeCopy(skuKey)}\t${id}\t${version}\t${escapeCopy(nameKey)}\t${createdAt}\t${updatedAt}\t` +
    `{${counter.terms.join(",")}}\n`
  );
}
