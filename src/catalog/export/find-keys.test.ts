// A filtered export contains exactly the matching products, whether or not the index already contains them.
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { export_query } from "../../../contract/catalog/export.ts";
import { insertChangeset } from "../changeset-store.ts";
import { noteChanged } from "../backlog.ts";
import { createIndexMemory, indexBacklog } from "../search/indexer/index-backlog.ts";
import { exportProducts } from "./export-products.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const { pool } = await createTestDatabase();
const changesetId = await insertChangeset(pool, { kind: "import", actor: "test" });

/** Number of products. A search matches none of them, one in thirty, or half of them. An export finds a few matches through the index,
 * but many matches by a scan of all products. */
const PRODUCTS = 60;
const names = fc.array(fc.constantFrom("red chair", "Blue", "blue chair", "green table"), {
  minLength: PRODUCTS,
  maxLength: PRODUCTS,
});
const search = fc.constantFrom("chair", "reen", "blue", "rare", "rar", "rare chair", "none");

test("an export that uses the index and the backlog finds the same products as a sequential scan", async () => {
  await fc.assert(
    fc.asyncProperty(
      names,
      search,
      fc.integer({ min: 0, max: 4 }),
      fc.subarray([3, 20, 40]),
      async (given, wanted, batches, changed) => {
        await fill(given.map((name, i) => (i % 30 === 0 ? "rare chair" : name)));
        if (batches > 0) await indexBacklog(pool, createIndexMemory(), { rows: 16, max_batches: batches });
        for (const id of changed) await rename(id, id === 20 ? "rare" : "plain");
        const { bytes } = await exportProducts(
          pool,
          export_query.parse({ format: "jsonl", search: wanted, sort: "-name" }),
        );
        const found = (await text(bytes))
          .split("\n")
          .filter(Boolean)
          .map((line) => (JSON.parse(line) as { sku: string }).sku);
        const { rows } = await pool.query<{ skus: string[] | null }>(
          "select array_agg(sku order by lower(name) desc, sku_key desc) as skus from products where (select bool_and(lower(name) like '%' || word || '%') from unnest($1::text[]) word)",
          [wanted.split(" ")],
        );
        expect(found).toEqual(rows[0]?.skus ?? []);
      },
    ),
    { numRuns: runs(20) },
  );
});

async function fill(given: readonly string[]): Promise<void> {
  await pool.query(
    "truncate products, product_search, search_words, search_backlog; update search_state set products = 0",
  );
  await pool.query(
    `insert into products (sku_key, id, sku, name, created_in, changed_in, created_at, updated_at)
     select 's' || n, n, 'S' || n, name, 1, 1, now(), now() from unnest($1::text[]) with ordinality p (name, n)`,
    [given],
  );
  await noteChanged(pool, {
    changeset_id: changesetId,
    id_from: 1,
    id_to: given.length,
    rows: given.length,
    delta: given.length,
  });
}

async function rename(id: number, name: string): Promise<void> {
  await pool.query("update products set name = $2, version = version + 1 where id = $1", [id, name]);
  await noteChanged(pool, { changeset_id: changesetId, keys: [`s${String(id)}`], rows: 1, delta: 0 });
}
