// An earlier release stored words without the trigrams that searches need to ignore accents. These tests add the trigrams and check that
// lists are exact before, during and after this.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { insertChangeset } from "../../changeset-store.ts";
import { listProducts } from "../../list/list-products.ts";
import { orderOf } from "../../query/order.ts";
import { foldStoredWords } from "./fold-words.ts";
import { createIndexMemory, indexBacklog } from "./index-backlog.ts";

const { pool } = await createTestDatabase();
const NAMES = ["Crème brûlée", "CRÈME", "creme", "crime", "Straße", "Strasse", "é"];

async function searchNames(search: string): Promise<string[]> {
  const request = {
    filter: { search, accents: "ignore" as const },
    order: orderOf("sku"),
    after: undefined,
    limit: 10,
  };
  return (await listProducts(pool, request)).items.map(({ name }) => name);
}

async function readGrams(): Promise<object[]> {
  const { rows } = await pool.query<object>("select word, grams from search_words order by word");
  return rows;
}

async function expectFound(): Promise<void> {
  expect(await searchNames("creme")).toEqual(["Crème brûlée", "CRÈME", "creme"]);
  expect(await searchNames("strasse")).toEqual(["Straße", "Strasse"]);
  expect(await searchNames('"- e -"')).toEqual(["é"]);
}

test("stored words get their grams in steps, and lists are exact at every step", async () => {
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
  await indexBacklog(pool, createIndexMemory());
  // Make scans look expensive, so that the index is used.
  await pool.query("update search_state set products = 1000000000");
  const complete = await readGrams();
  await expectFound();

  // Remove the trigrams of the words outside ASCII, as if an earlier release had stored these words.
  await pool.query(
    "update search_words set grams = '{}' where octet_length(word) <> char_length(word); update search_state set folded_until = ''",
  );
  await expectFound();
  let steps = 0;
  const oneStep = (): Promise<boolean> => Promise.resolve(++steps % 2 === 1);
  while (!(await foldStoredWords(pool, { words: 3, shouldContinue: oneStep }))) await expectFound();
  expect(steps).toBeGreaterThan(8);
  expect(await readGrams()).toEqual(complete);
  await expectFound();
  const { rows } = await pool.query("select folded_until, is_settled from search_state");
  expect(rows).toEqual([{ folded_until: null, is_settled: true }]);
});
