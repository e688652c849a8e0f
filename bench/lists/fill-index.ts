// Builds the search index of a generated catalogue with the same result as the indexer, but about ten times as fast.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { escapeCopy } from "../../src/catalog/search/indexer/copy-text.ts";
import { prepareBatch } from "../../src/catalog/search/indexer/prepare-batch.ts";
import { gramsOf } from "../../src/catalog/query/grams.ts";

const BATCH_ROWS = 16_384;

/** Fills the tables of the search index and empties the backlog. Drops the indexes of these tables first, and creates them again at the
 * end. */
export async function fillIndex(db: pg.ClientBase, rows: number): Promise<void> {
  const { rows: indexes } = await db.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid in ('product_search'::regclass, 'search_words'::regclass) and not indisprimary`,
  );
  for (const { name } of indexes) await db.query(`drop index ${name}`);
  for (const table of ["product_search", "search_words"])
    await db.query(`alter table ${table} drop constraint ${table}_pkey`);
  await db.query('create temporary table counted (word text collate "C", grams int[], products int)');
  for (let from = 1; from <= rows; from += BATCH_ROWS) await fillBatch(db, from, Math.min(from + BATCH_ROWS - 1, rows));
  await db.query(`insert into search_words
    select word, min(grams), least(sum(products), 2000000000)::int from counted group by word; drop table counted`);
  await db.query("set maintenance_work_mem = '1GB'");
  await db.query("alter table search_words add constraint search_words_pkey primary key (word)");
  await db.query("alter table product_search add constraint product_search_pkey primary key (sku_key)");
  for (const { definition } of indexes) await db.query(definition);
  await db.query(`truncate search_backlog; update search_state set products = ${String(rows)}`);
  for (const table of ["product_search", "search_words"]) await db.query(`vacuum analyze ${table}`);
}

async function fillBatch(db: pg.ClientBase, from: number, to: number): Promise<void> {
  const batch = { ranges: [{ from, to }], keys: [], done: [], delta: 0, shortened: undefined };
  const { lines, words } = await prepareBatch(db, batch);
  await copy(db, "product_search (sku_key, id, version, name_key, created_at, updated_at, terms)", lines);
  const counted = words.map(({ word, products }) => {
    const grams = word.startsWith("\u0001") ? [] : gramsOf(word);
    return `${escapeCopy(word)}\t{${grams.join(",")}}\t${products}\n`;
  });
  await copy(db, "counted (word, grams, products)", counted.join(""));
}

async function copy(db: pg.ClientBase, table: string, lines: string): Promise<void> {
  const stream = db.query(copyFrom(`copy ${table} from stdin`));
  await pipeline(Readable.from([Buffer.from(lines)], { objectMode: false }), stream);
}
