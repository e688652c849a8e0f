// A search for Σ, σ or ς finds all three letters, whether the products are indexed, pending in the database or pending in memory.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { insertChangeset } from "../changeset-store.ts";
import { listProducts } from "../list/list-products.ts";
import { orderOf } from "../query/order.ts";
import { createIndexMemory, indexBacklog } from "./indexer/index-backlog.ts";
import { Memtable } from "./pending/memtable.ts";

const { pool } = await createTestDatabase();
const NAMES = ["ΟΔΟΣ", "οδος", "Οδός", "ΣΑΣ", "σας", "Οδοστρωτήρας"];
const memtable = new Memtable(pool, 1);

const SEARCHES: [search: string, found: string[]][] = [
  ["οδος", ["ΟΔΟΣ", "οδος", "Οδοστρωτήρας"]],
  ["ΟΔΟΣ", ["ΟΔΟΣ", "οδος", "Οδοστρωτήρας"]],
  ["οδοσ", ["ΟΔΟΣ", "οδος", "Οδοστρωτήρας"]],
  ["ος", ["ΟΔΟΣ", "οδος", "Οδοστρωτήρας"]],
  ["σας", ["ΣΑΣ", "σας"]],
  ['" ΣΑΣ "', ["ΣΑΣ", "σας"]],
  ["ΡΑΣ", ["Οδοστρωτήρας"]],
  ["ΗΡΑΣ", []],
  ["τήρας", ["Οδοστρωτήρας"]],
  ["ΤΉΡΑΣ", ["Οδοστρωτήρας"]],
];

/** Hashes that the index stores for words that begin with `ο` and `οδ`, for searches that ignore accents. */
const SHORT = [-463268557, 400380302];
const STORED = [
  { word: "ΟΔΟΣ", grams: [-782085709, -109013493, ...SHORT] },
  { word: "οδος", grams: [-782085709, 516222340, -109013493, ...SHORT] },
];

const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });
await pool.query(
  `insert into products (sku_key, id, sku, name, description, created_in, changed_in, created_at, updated_at)
   select n::text, n, n::text, name, '- ' || name || ' -', $2, $2, now(), now()
   from unnest($1::text[]) with ordinality p (name, n)`,
  [NAMES, changesetId],
);
await pool.query(
  "insert into search_backlog (changeset_id, id_from, id_to, rows, delta) values ($1, 1, $2::integer, $2::integer, $2::integer)",
  [changesetId, NAMES.length],
);

async function searchNames(search: string, options = {}): Promise<string[]> {
  const request = { filter: { search }, order: orderOf("sku"), after: undefined, limit: 10 };
  return (await listProducts(pool, request, options)).items.map(({ name }) => name);
}

async function expectAllFound(options = {}): Promise<void> {
  for (const [search, found] of SEARCHES) expect([search, await searchNames(search, options)]).toEqual([search, found]);
}

test("pending products are found in the database", async () => {
  await expectAllFound();
});

test("pending products are found in memory", async () => {
  await expectAllFound({ memtable });
});

test("indexed products are found by the grams that existing indexes contain", async () => {
  await indexBacklog(pool, createIndexMemory());
  const { rows } = await pool.query<{ word: string; grams: number[] }>(
    "select word, grams from search_words where word in ('οδος', 'ΟΔΟΣ') order by word collate \"C\"",
  );
  // Existing indexes are not rebuilt, so these hashes must never change. In the index, ς and σ have different trigrams.
  expect(rows).toEqual(STORED);
  // Make scans look expensive, so that the index is used.
  await pool.query("update search_state set products = 1000000000");
  await expectAllFound();
});
