// The index counts the products of every word, and limits the bytes of a batch.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { insertChangeset } from "../../changeset-store.ts";
import { createIndexMemory, indexBacklog } from "./index-backlog.ts";

const { pool } = await createTestDatabase();

/** Number of words: more than the indexer collects before it writes their counts. */
const WORDS = 30_000;
const PRODUCTS = 100;
const BATCHES = 8;

test("words that are counted while earlier counts are written are not lost", async () => {
  const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });
  // Number of words in the name of each product.
  const own = WORDS / PRODUCTS;
  const names = Array.from({ length: BATCHES * PRODUCTS }, (_, n) =>
    Array.from({ length: own }, (_, word) => `word${String((n % PRODUCTS) * own + word)}`).join(" "),
  );
  await pool.query(
    `insert into products (sku_key, id, sku, name, created_in, changed_in, created_at, updated_at)
     select n::text, n, n::text, name, $2, $2, now(), now() from unnest($1::text[]) with ordinality p (name, n)`,
    [names, changesetId],
  );
  await pool.query(
    "insert into search_backlog (changeset_id, id_from, id_to, rows) values ($1, 1, $2::integer, $2::integer)",
    [changesetId, BATCHES * PRODUCTS],
  );
  await indexBacklog(pool, createIndexMemory(), { rows: PRODUCTS });
  const { rows } = await pool.query(
    "select products, count(*) as words from search_words where word like 'word%' group by products",
  );
  expect(rows).toEqual([{ products: BATCHES, words: WORDS }]);
});

test("products with long texts are indexed in small batches, which fit into a worker's heap", async () => {
  const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });
  await pool.query(
    `insert into products (sku_key, id, sku, name, description, attributes, created_in, changed_in, created_at, updated_at)
     select 'long' || n, 1e6 + n, 'long' || n, 'long',
            case when n % 2 = 0 then repeat('text ', 200000) else '' end,
            case when n % 2 = 1 then jsonb_build_object('a', repeat('x', 1000000)) else '{}' end, $1, $1, now(), now()
     from generate_series(1, 12) n`,
    [changesetId],
  );
  await pool.query(
    "insert into search_backlog (changeset_id, id_from, id_to, rows) values ($1, 1e6 + 1, 1e6 + 12, 12)",
    [changesetId],
  );
  const memory = createIndexMemory();
  const first = await indexBacklog(pool, memory, { max_batches: 1 });
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThanOrEqual(4);
  expect(first + (await indexBacklog(pool, memory))).toBe(12);
  expect(await indexBacklog(pool, memory)).toBe(0);
});
