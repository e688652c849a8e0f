// Lists with folded variants over HTTP: which products are listed when their variants are hidden, and how many variants each of them has.
import Fastify from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { useProblems } from "../../http/problems.ts";
import { noteChanged } from "../backlog.ts";
import { insertChangeset } from "../changeset-store.ts";
import { skuKey } from "../product/sku-key.ts";
import { productRoutes } from "../routes.ts";

const { pool } = await createTestDatabase();
const app = Fastify();
app.setValidatorCompiler(validatorCompiler);
app.setSerializerCompiler(serializerCompiler);
useProblems(app);
productRoutes(app, { pool });
afterAll(() => app.close());
const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });

/** SKU, SKU of the parent, and name. */
type Row = [sku: string, parent?: string, name?: string];

async function fill(rows: readonly Row[]): Promise<void> {
  await pool.query("truncate products, product_search, search_backlog; update search_state set products = 0");
  await pool.query(
    `insert into products (sku_key, id, sku, name, description, active, parent_sku, attributes, created_in, changed_in,
       created_at, updated_at)
     select sku_key, id, sku, name, '', true, parent_sku, '{}', $2, $2, now(), now()
     from jsonb_to_recordset($1) as r (sku_key text, id bigint, sku text, name text, parent_sku text)`,
    [
      JSON.stringify(
        rows.map(([sku, parent = "", name = sku], id) => ({
          sku_key: skuKey(sku),
          id,
          sku,
          name,
          parent_sku: parent,
        })),
      ),
      changesetId,
    ],
  );
  const { length } = rows;
  await noteChanged(pool, { changeset_id: changesetId, id_from: 0, id_to: length - 1, rows: length, delta: length });
}

interface Listed {
  items: { sku: string; variants?: number; variants_of?: string }[];
  next_cursor: string | null;
  total: { value: number };
}

/** Returns the rows of all pages, such as `mug: 2 of mug`. */
async function list(query: string): Promise<string[]> {
  const rows: string[] = [];
  let cursor = "";
  do {
    const response = await app.inject(`/api/products?${query}${cursor}`);
    expect(response.statusCode).toBe(200);
    const { items, next_cursor } = response.json<Listed>();
    rows.push(
      ...items.map(({ sku, variants, variants_of }) => `${sku}: ${String(variants)} of ${String(variants_of)}`),
    );
    cursor = next_cursor === null ? "" : `&cursor=${encodeURIComponent(next_cursor)}`;
  } while (cursor !== "");
  return rows;
}

beforeEach(() =>
  fill([
    ["mug", "", "Mug"],
    ["mug-s", "MUG", "Mug S"],
    ["mug-l", "mug", "Mug L"],
    ["shirt-1", "shirt", "Shirt 1"],
    ["shirt-2", "Shirt", "Shirt 2"],
    ["shirt-3", "shirt", "Blouse 3"],
    ["alone", "absent", "Alone"],
    ["self", "self", "Self"],
    ["plain", "", "Plain"],
  ]),
);

test.each([1, 2, 3, 200])("with %i products a page, each family is one row, and no product is lost", async (limit) => {
  expect(await list(`fold=true&limit=${limit}`)).toEqual([
    "alone: 0 of absent",
    "mug: 2 of mug",
    "plain: 0 of plain",
    "self: 0 of self",
    "shirt-1: 2 of shirt",
  ]);
  expect(await list(`fold=true&sort=-name&limit=${limit}`)).toEqual([
    "shirt-1: 2 of shirt",
    "self: 0 of self",
    "plain: 0 of plain",
    "mug: 2 of mug",
    "alone: 0 of absent",
  ]);
});

test("a search that finds only variants shows one of them", async () => {
  expect(await list("fold=true&name=mug%20l")).toEqual(["mug-l: 1 of mug"]);
  expect(await list("fold=true&name=blouse")).toEqual(["shirt-3: 2 of shirt"]);
  expect(await list("fold=true&parent_sku=shirt")).toEqual(["shirt-1: 2 of shirt"]);
});

test("the total counts all products, and a list that is not folded has no variants", async () => {
  const folded = (await app.inject("/api/products?fold=true&fields=sku")).json<Listed>();
  expect(folded.total.value).toBe(9);
  expect(folded.items[1]).toEqual({ sku: "mug", variants: 2, variants_of: "mug" });
  const flat = (await app.inject("/api/products?fields=sku")).json<Listed>();
  expect(flat.items).toHaveLength(9);
  expect(flat.items[0]).toEqual({ sku: "alone" });
});

test("the variants of a page are found by the index of parents", async () => {
  const client = await pool.connect();
  try {
    await client.query("begin; set local enable_seqscan = off");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `explain select count(*) from products p
       where p.parent_sku <> '' and lower(p.parent_sku collate "C") = any('{mug,shirt}'::text[])`,
    );
    expect(rows.map((row) => row["QUERY PLAN"]).join(" ")).toContain("products_parent_idx");
  } finally {
    await client.query("rollback");
    client.release();
  }
});
