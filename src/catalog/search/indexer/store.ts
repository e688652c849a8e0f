// The SQL that writes the search index.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { lockKeys } from "../../../db/advisory-locks.ts";
import type { Queryable } from "../../../db/connection/connect.ts";
import { SORT_KEYS } from "../../query/order.ts";

/** Makes this session the only one that writes the index; returns false if another session is writing it. With two indexers, one could
 * overwrite a newer version of a product with an older one. */
export async function lockIndex(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1, $2) as locked",
    lockKeys("indexer"),
  );
  return rows[0]?.locked === true;
}

export async function unlockIndex(client: pg.ClientBase): Promise<void> {
  await client.query("select pg_advisory_unlock($1, $2)", lockKeys("indexer"));
}

export interface BacklogEntry {
  id: number;
  id_from: number | null;
  id_to: number | null;
  keys: string[] | null;
  delta: number;
}

/** Reads the oldest entries of the backlog. Together, these entries have about `rows` products. Returns at least one entry unless the
 * backlog is empty. */
export async function readOldestEntries(db: Queryable, rows: number): Promise<BacklogEntry[]> {
  const { rows: entries } = await db.query<BacklogEntry>(
    `select id, id_from, id_to, keys, delta
     from (select b.*, sum(rows) over (order by id) - rows as before from (select * from search_backlog order by id limit 500) b) b
     where before < $1 order by id`,
    [rows],
  );
  return entries;
}

/** Removes backlog entries that the index has processed, and adds `delta` to the total number of products. */
export async function removeEntries(client: pg.ClientBase, ids: readonly number[], delta: number): Promise<void> {
  await client.query("delete from search_backlog where id = any($1::bigint[])", [ids]);
  await client.query("update search_state set products = products + $1, is_settled = false", [delta]);
}

/** Removes the processed part of a backlog entry: sets its first id to `idFrom`, and removes its first `keys` keys. */
export async function shortenEntry(
  client: pg.ClientBase,
  id: number,
  idFrom: number | null,
  keys: number,
): Promise<void> {
  await client.query("update search_backlog set id_from = coalesce($2, id_from), keys = keys[$3 + 1 :] where id = $1", [
    id,
    idFrom,
    keys,
  ]);
}

/** The columns of a product that the index needs. Times are text. */
export type IndexedProduct = [
  sku_key: string,
  id: number,
  version: number,
  name_key: string,
  created_at: string,
  updated_at: string,
  sku: string,
  name: string,
  description: string,
  active: boolean,
  attributes: Record<string, unknown>,
  created_in: number,
  changed_in: number,
  parent_sku: string,
];

const COLUMNS = `p.sku_key, p.id, p.version, ${SORT_KEYS.name.sql}, p.created_at, p.updated_at, p.sku, p.name, p.description,
  p.active, p.attributes, p.created_in, p.changed_in, p.parent_sku`;

/** SQL for the approximate size of the products' texts in bytes. Attributes with up to 1,000 stored bytes count as 1,000 bytes, so that
 * they need not be decompressed. */
const BYTES = `coalesce(sum(octet_length(p.description) + case when pg_column_size(p.attributes) > 1000
  then octet_length(p.attributes::text) else 1000 end), 0)::float8`;

export async function measureProductsOfIds(db: Queryable, from: number, to: number): Promise<number> {
  return measure(db, "p.id between $1 and $2", [from, to]);
}

export async function measureProductsOfKeys(db: Queryable, keys: readonly string[]): Promise<number> {
  return measure(db, "p.sku_key = any($1::text[])", [keys]);
}

async function measure(db: Queryable, condition: string, values: unknown[]): Promise<number> {
  const { rows } = await db.query<[number]>({
    text: `select ${BYTES} from products p where ${condition}`,
    values,
    rowMode: "array",
  });
  return rows[0]?.[0] ?? 0;
}

export async function readProductsOfIds(db: Queryable, from: number, to: number): Promise<IndexedProduct[]> {
  const text = `select ${COLUMNS} from products p where p.id between $1 and $2`;
  return (await db.query<IndexedProduct>({ text, values: [from, to], rowMode: "array" })).rows;
}

export async function readProductsOfKeys(db: Queryable, keys: readonly string[]): Promise<IndexedProduct[]> {
  const text = `select ${COLUMNS} from products p where p.sku_key = any($1::text[])`;
  return (await db.query<IndexedProduct>({ text, values: [keys], rowMode: "array" })).rows;
}

export async function removeFromIndex(client: pg.ClientBase, keys: readonly string[]): Promise<void> {
  await client.query("delete from product_search where sku_key = any($1::text[])", [keys]);
}

/** @param lines rows in COPY's text format */
export async function copyIntoIndex(client: pg.ClientBase, lines: string): Promise<void> {
  const copy = copyFrom(
    "copy product_search (sku_key, id, version, name_key, created_at, updated_at, terms) from stdin",
  );
  await pipeline(Readable.from([Buffer.from(lines)], { objectMode: false }), client.query(copy));
}

/** Inserts the words that the table does not contain yet, and returns these words. */
export async function insertWords(
  db: Queryable,
  words: readonly { word: string; grams: readonly number[]; products: number }[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ word: string }>(
    `insert into search_words (word, grams, products)
     select word, grams::int[], products from unnest($1::text[], $2::text[], $3::int[]) as n (word, grams, products)
     on conflict (word) do nothing returning word`,
    [
      words.map(({ word }) => word),
      words.map(({ grams }) => `{${grams.join(",")}}`),
      words.map(({ products }) => products),
    ],
  );
  return new Set(rows.map(({ word }) => word));
}

/** Increases the stored product count of each word by its number in `counts`. All words are already stored. */
export async function countWords(db: Queryable, counts: ReadonlyMap<string, number>): Promise<void> {
  await db.query(
    `update search_words w set products = least(w.products::bigint + n.products, 2000000000)
     from unnest($1::text[], $2::int[]) as n (word, products) where w.word = n.word`,
    [[...counts.keys()], [...counts.values()]],
  );
}

/** Returns the last stored word that already has the trigrams that searches need to ignore accents. Words after this word do not have
 * these trigrams yet. Returns null if all stored words have them. */
export async function readFoldedUntil(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ folded_until: string | null }>("select folded_until from search_state");
  return rows[0]?.folded_until ?? null;
}

/** Reads the next `count` stored words after the word `after`. Returns the words that contain non-ASCII characters, and the last word that
 * was read (null if there are no more words). */
export async function readNextWords(
  db: Queryable,
  after: string,
  count: number,
): Promise<{ words: string[]; last: string | null }> {
  const { rows } = await db.query<{ words: string[]; last: string | null }>(
    `with n as materialized (select word from search_words where word > $1 order by word limit $2)
     select array(select word from n where octet_length(word) <> char_length(word) order by word) as words,
            (select max(word) from n) as last`,
    [after, count],
  );
  return rows[0] as { words: string[]; last: string | null };
}

export interface FoldedWord {
  word: string;
  grams: readonly number[];
}

/** Stores the trigrams of words without their accents, for searches that ignore accents. Records that all words up to `last` have such
 * trigrams. */
export async function writeFoldedWords(
  client: pg.ClientBase,
  words: readonly FoldedWord[],
  last: string | null,
): Promise<void> {
  await client.query(
    `with folded as (
       update search_words w set grams = n.grams::int[] from unnest($1::text[], $2::text[]) as n (word, grams)
       where w.word = n.word and w.grams <> n.grams::int[] returning 1
     )
     update search_state set folded_until = $3, is_settled = is_settled and not exists (select 1 from folded)`,
    [words.map(({ word }) => word), words.map(({ grams }) => `{${grams.join(",")}}`), last],
  );
}

/** Moves the entries of the GIN indexes' pending lists (fastupdate) into the indexes themselves, because every search scans these lists. */
export async function settle(client: pg.ClientBase): Promise<void> {
  await client.query(
    `select gin_clean_pending_list('product_search_terms'), gin_clean_pending_list('search_words_grams')
     from search_state where not is_settled`,
  );
  await client.query("update search_state set is_settled = true where not is_settled");
}

/** Returns the number of the file that stores the table of words. Truncating the table changes this number. */
export async function readWordsFile(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ file: number }>("select pg_relation_filenode('search_words')::bigint as file");
  return (rows[0] as { file: number }).file;
}

/** Updates the block range (BRIN) index of the history with the rows written since the last call. */
export async function summarizeHistory(db: Queryable): Promise<void> {
  await db.query("select brin_summarize_new_values('product_history_replaced_in')");
}
