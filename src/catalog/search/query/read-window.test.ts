// A list contains every product once and in order, also if PostgreSQL joins by hashing.
import { afterAll, expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../../tests/support/import-file.ts";
import type { ProductSort } from "../../../../contract/catalog/products.ts";
import { createPool } from "../../../db/connection/connect.ts";
import { listProducts } from "../../list/list-products.ts";
import { orderOf, type PagePosition } from "../../query/order.ts";
import { createIndexMemory, indexBacklog } from "../indexer/index-backlog.ts";

const PRODUCTS = 1000;
const LIMIT = 40;

const database = await createTestDatabase();
const context = await createImportContext(database.pool);
// The order of names is neither that of SKUs nor that of rows.
const rows = Array.from({ length: PRODUCTS }, (_, i) => ({ sku: `S${i}`, name: `N${(i * 7919) % PRODUCTS}` }));
await importBytes(context, `sku,name\n${rows.map(({ sku, name }) => `${sku},${name}\n`).join("")}`);
await indexBacklog(database.pool, createIndexMemory());
const { database: name } = database.address;
for (const setting of ["enable_nestloop", "enable_mergejoin"])
  await database.pool.query(`alter database ${name} set ${setting} = off`);
// The settings apply to new connections only, so open a second pool. In this pool, PostgreSQL can join the tables only by hashing.
const hashing = createPool(database.address, { application_name: "test", max: 2 });
afterAll(() => hashing.end());

async function listAll(sort: ProductSort): Promise<string[]> {
  const listed: string[] = [];
  let after: PagePosition | undefined;
  for (;;) {
    const request = { filter: {}, order: orderOf(sort), after, limit: LIMIT };
    const page = await listProducts(hashing, request, { first_window: PRODUCTS, patience_ms: 60_000 });
    listed.push(...page.items.map((item) => item.sku));
    if (page.next === null) return listed;
    after = page.next;
  }
}

const inOrder = (key: "sku" | "name"): string[] =>
  rows.toSorted((a, b) => (a[key].toLowerCase() < b[key].toLowerCase() ? -1 : 1)).map(({ sku }) => sku);

test.each<[ProductSort, string[]]>([
  ["name", inOrder("name")],
  ["-name", inOrder("name").reverse()],
  ["sku", inOrder("sku")],
  ["-sku", inOrder("sku").reverse()],
])("a list in the order %s contains every product once, in this order", async (sort, expected) => {
  expect(await listAll(sort)).toEqual(expected);
});
