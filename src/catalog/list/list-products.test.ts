// The list of products over HTTP: filters, pages, conditional requests, facets and attributes.
// This file is long because all tests share one database, one app and the same helpers.
import fc from "fast-check";
import Fastify from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { afterAll, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { useProblems } from "../../http/problems.ts";
import { encodeCursor } from "../../cursor.ts";
import { insertChangeset } from "../changeset-store.ts";
import type { AttributeCounts } from "./attributes.ts";
import { noteChanged } from "../backlog.ts";
import { productRoutes } from "../routes.ts";
import { createIndexMemory, indexBacklog } from "../search/indexer/index-backlog.ts";
import { skuKey } from "../product/sku-key.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const { pool } = await createTestDatabase();
const app = Fastify({ routerOptions: { maxParamLength: 4000 } });
app.setValidatorCompiler(validatorCompiler);
app.setSerializerCompiler(serializerCompiler);
useProblems(app);
productRoutes(app, { pool });
afterAll(() => app.close());

const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });

interface Row {
  sku: string;
  name: string;
  description: string;
  active: boolean;
  parent_sku: string;
  attributes: Record<string, string | string[]>;
  created_in: number;
  changed_in: number;
  at: string;
}

/** Replaces all products with `rows`. Only the first `indexed` rows are in the search index. */
async function fill(rows: readonly Row[], indexed = rows.length): Promise<void> {
  await pool.query("truncate products, product_search, search_backlog; update search_state set products = 0");
  await insert(rows.slice(0, indexed), 0);
  await indexBacklog(pool, createIndexMemory());
  await insert(rows.slice(indexed), indexed);
}

async function insert(rows: readonly Row[], idFrom: number): Promise<void> {
  if (rows.length === 0) return;
  await pool.query(
    `insert into products (sku_key, id, sku, name, description, active, parent_sku, attributes, created_in, changed_in, created_at,
       updated_at)
     select * from jsonb_to_recordset($1) as r (sku_key text, id bigint, sku text, name text, description text, active boolean,
       parent_sku text, attributes jsonb, created_in bigint, changed_in bigint, at timestamptz, updated_at timestamptz)`,
    [JSON.stringify(rows.map((row, i) => ({ ...row, id: idFrom + i, sku_key: skuKey(row.sku), updated_at: row.at })))],
  );
  const idTo = idFrom + rows.length - 1;
  await noteChanged(pool, {
    changeset_id: changesetId,
    id_from: idFrom,
    id_to: idTo,
    rows: rows.length,
    delta: rows.length,
  });
}

const product = (row: Partial<Row> & { sku: string }): Row => ({
  name: "",
  description: "",
  active: true,
  parent_sku: "",
  attributes: {},
  created_in: 1,
  changed_in: 1,
  at: "2026-01-01T00:00:00.123456Z",
  ...row,
});

interface Listed {
  items: { sku: string; name: string; version: number }[];
  next_cursor: string | null;
  total: { value: number; relation: "eq" | "gte" };
}

async function list(query: Record<string, string>): Promise<Listed> {
  const response = await app.inject({ method: "GET", url: "/api/products", query });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

/** Reads all pages of a list and returns the SKUs of their products. */
async function all(query: Record<string, string>): Promise<string[]> {
  const skus: string[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Listed = await list({ ...query, ...(cursor === null ? {} : { cursor }) });
    skus.push(...page.items.map(({ sku }) => sku));
    if (page.next_cursor === null) return skus;
    cursor = page.next_cursor;
  }
}

test.each([0, 2, 4])("each condition finds exactly its products with %i of them in the index", async (indexed) => {
  const rows = [
    product({
      sku: "Ab-1",
      name: "Red Chair",
      description: "of oak",
      parent_sku: "P-Ä",
      attributes: { Brand: "Nord", "a.b": "*" },
    }),
    product({
      sku: "ab-2",
      name: "Blue chair",
      active: false,
      parent_sku: "p-a\u0308",
      created_in: 7,
      changed_in: 8,
      attributes: { Brand: ["Süd", "West", "*"], Size: ["Süd"] },
    }),
    product({
      sku: "100%_x",
      name: "Rail\\road",
      description: 'he said "yes"',
      parent_sku: "X.*",
      at: "2026-02-01T00:00:00.000001Z",
    }),
    product({ sku: "ÄPFEL/Grün", name: "İstanbul Straße ΣΊΣΥΦΟΣ", description: "cafe\u0301 CAFÉ" }),
  ];
  await fill(rows, indexed);
  const cases: [Record<string, string>, string[]][] = [
    [{}, ["100%_x", "Ab-1", "ab-2", "ÄPFEL/Grün"]],
    [{ search: "CHAIR" }, ["Ab-1", "ab-2"]],
    [{ search: "chair oak" }, ["Ab-1"]],
    [{ search: '"red chair"' }, ["Ab-1"]],
    [{ search: '"chair red"' }, []],
    [{ search: '"d ch' }, ["Ab-1"]],
    [{ search: "0%_" }, ["100%_x"]],
    [{ search: "%" }, ["100%_x"]],
    [{ search: "\\r" }, ["100%_x"]],
    [{ search: "grün" }, ["ÄPFEL/Grün"]],
    [{ search: "äPFEL" }, ["ÄPFEL/Grün"]],
    [{ search: "i\u0307stanbul" }, []],
    [{ search: "i̇stanbul" }, []],
    [{ search: "İSTANBUL" }, ["ÄPFEL/Grün"]],
    [{ search: "strasse" }, []],
    [{ search: "straẞe" }, ["ÄPFEL/Grün"]],
    [{ search: "σίσυ" }, ["ÄPFEL/Grün"]],
    [{ search: '"café café"' }, ["ÄPFEL/Grün"]],
    [{ search: '"cafe\u0301 CAFE\u0301"' }, ["ÄPFEL/Grün"]],
    [{ search: "(.*)[a]" }, []],
    [{ search: "   " }, ["100%_x", "Ab-1", "ab-2", "ÄPFEL/Grün"]],
    [{ sku: " AB-1 " }, ["Ab-1"]],
    [{ sku: "AB*" }, ["Ab-1", "ab-2"]],
    [{ sku: "100%*" }, ["100%_x"]],
    [{ sku: "%*" }, []],
    [{ sku: "äpfel/*" }, ["ÄPFEL/Grün"]],
    [{ sku: "ab-1\\*" }, []],
    [{ name: "e c" }, ["ab-2"]],
    [{ description: "OAK" }, ["Ab-1"]],
    [{ active: "false" }, ["ab-2"]],
    [{ active: "true", search: "chair" }, ["Ab-1"]],
    [{ "attributes.Brand": "Nord" }, ["Ab-1"]],
    [{ "attributes.Brand": "nord" }, []],
    [{ "attributes.Brand": "*" }, ["Ab-1", "ab-2"]],
    [{ "attributes.a.b": "\\*" }, ["Ab-1"]],
    [{ "attributes.Brand": "Süd" }, ["ab-2"]],
    [{ "attributes.Brand": "West", "attributes.Size": "Süd" }, ["ab-2"]],
    [{ "attributes.Brand": "\\*" }, ["ab-2"]],
    [{ "attributes.Brand": "Sü" }, []],
    [{ "attributes.Brand": '["Süd", "West", "*"]' }, []],
    [{ "attributes.Size": "West" }, []],
    [{ parent_sku: " p-ä " }, ["Ab-1", "ab-2"]],
    [{ parent_sku: "P-A\u0308" }, ["Ab-1", "ab-2"]],
    [{ parent_sku: "x.*" }, ["100%_x"]],
    [{ parent_sku: "xyz" }, []],
    [{ parent_sku: "p-ä", active: "false" }, ["ab-2"]],
    [{ created_in: "7" }, ["ab-2"]],
    [{ changed_in: "8" }, ["ab-2"]],
    [{ updated_since: "2026-02-01T01:00:00+01:00" }, ["100%_x"]],
    [{ updated_since: "2026-02-01T00:00:00.000001Z" }, ["100%_x"]],
    [{ updated_since: "2026-02-01T00:00:00.000002Z" }, []],
    [{ sort: "-sku" }, ["ÄPFEL/Grün", "ab-2", "Ab-1", "100%_x"]],
    [{ sort: "name" }, ["ab-2", "100%_x", "Ab-1", "ÄPFEL/Grün"]],
    [{ sort: "-updated_at" }, ["100%_x", "ÄPFEL/Grün", "ab-2", "Ab-1"]],
  ];
  for (const [query, skus] of cases) expect([query, await all(query)]).toEqual([query, skus]);
});

test("the error for an invalid query names the parameter or the valid parameters", async () => {
  const cases: [string, string][] = [
    [
      "serach=x",
      'there is no parameter "serach"; the parameters are search, sku, name, description, accents, active, parent_sku, created_in',
    ],
    ["limit=0", "/querystring/limit"],
    ["limit=201", "/querystring/limit"],
    ["sort=price", "/querystring/sort"],
    ["active=maybe", "/querystring/active"],
    ["fields=sku,price", "use only sku,id,name"],
    ["created_in=0", "/querystring/created_in"],
    ["updated_since=yesterday", "/querystring/updated_since"],
    ["updated_since=0000-01-01T00:00:00Z", "/querystring/updated_since"],
    ["search=a%00b", "NUL"],
    ["search=", "/querystring/search"],
    [`search=${"x".repeat(1001)}`, "/querystring/search"],
    [`search=${Array.from({ length: 33 }, (_, i) => `w${i + 10}`).join("+")}`, "33 words. Search for at most 32"],
    ["search=a&search=b", "/querystring/search"],
    ["attributes.=x", "there is no parameter"],
    ["attributes.Brand=", "/querystring/attributes.Brand"],
    ["attributes.Brand=a%00", "NUL"],
    ["sort=name&from=a", "sort=sku or sort=-sku"],
    ["from=", "/querystring/from"],
    ["from=a%00", "NUL"],
    ["cursor=%%%", "cursor"],
    [`cursor=${encodeCursor("products:sku", [1, 2, 3])}`, "does not belong to this list"],
    [`cursor=${encodeCursor("products:name", ["a", "b", 3])}`, "does not belong to this list and sort order"],
    [`cursor=${encodeCursor("products:sku", ["a\0", "b", 3])}`, "does not belong to this list"],
    [`sort=updated_at&cursor=${encodeCursor("products:updated_at", ["infinity", "b", 3])}`, "does not belong"],
    [
      `sort=updated_at&cursor=${encodeCursor("products:updated_at", ["2026-13-01T00:00:00Z", "b", 3])}`,
      "does not belong",
    ],
  ];
  for (const [query, detail] of cases) {
    const response = await app.inject({ method: "GET", url: `/api/products?${query}` });
    expect([query, response.statusCode, response.body.replaceAll('\\"', '"')]).toEqual([
      query,
      400,
      expect.stringContaining(detail),
    ]);
  }
});

test("pages of any size, in every sort order, contain each product once", async () => {
  const row = fc.record({
    sku: fc.string({ unit: fc.constantFrom("a", "b", "A", "é", "/", "1"), minLength: 1, maxLength: 4 }),
    name: fc.string({ unit: fc.constantFrom("x", "X", "y", "Ä"), maxLength: 2 }),
    at: fc.constantFrom("2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.000002Z", "2026-01-02T00:00:00Z"),
  });
  const rows = fc.uniqueArray(row, { selector: ({ sku }) => skuKey(sku), maxLength: 12 });
  const sort = fc.constantFrom(
    "sku",
    "-sku",
    "name",
    "-name",
    "updated_at",
    "-updated_at",
    "created_at",
    "-created_at",
  );
  await fc.assert(
    fc.asyncProperty(rows, sort, fc.integer({ min: 1, max: 5 }), fc.nat(12), async (given, order, limit, indexed) => {
      await fill(given.map(product), indexed);
      const paged = await all({ sort: order, limit: String(limit) });
      expect(paged).toEqual(await all({ sort: order, limit: "200" }));
      expect([...paged].sort()).toEqual(given.map(({ sku }) => sku).sort());
    }),
    { numRuns: runs(20) },
  );
});

test("any SKU works in a URL when percent-encoded", async () => {
  const skus = ["a/b c?d#e", "100%", "ÄÖ", "facets?", "日本 1", "%2F"];
  await fill(skus.map((sku) => product({ sku })));
  for (const sku of skus) {
    const response = await app.inject({ method: "GET", url: `/api/products/${encodeURIComponent(sku)}` });
    expect([sku, response.statusCode]).toEqual([sku, 200]);
    expect(response.json()).toMatchObject({ sku });
  }
  expect((await app.inject({ method: "GET", url: "/api/products/a%00b" })).statusCode).toBe(404);
});

test("a response that the client already has is not sent again", async () => {
  await fill([product({ sku: "a" })]);
  const one = await app.inject({ method: "GET", url: "/api/products/A" });
  expect(one.headers.etag).toBe('"0-1"');
  for (const tag of ['"0-1"', 'W/"0-1"', '"0-0", "0-1"', "*"]) {
    const again = await app.inject({ method: "GET", url: "/api/products/a", headers: { "if-none-match": tag } });
    expect([tag, again.statusCode, again.body]).toEqual([tag, 304, ""]);
  }
  const other = await app.inject({ method: "GET", url: "/api/products/a", headers: { "if-none-match": '"0-2"' } });
  expect(other.statusCode).toBe(200);
  const page = await app.inject({ method: "GET", url: "/api/products" });
  const { etag = "" } = page.headers as { etag?: string };
  const same = await app.inject({ method: "GET", url: "/api/products", headers: { "if-none-match": etag } });
  expect([same.statusCode, same.body]).toEqual([304, ""]);
  await fill([product({ sku: "a", name: "b" })]);
  const changed = await app.inject({ method: "GET", url: "/api/products", headers: { "if-none-match": etag } });
  expect(changed.statusCode).toBe(200);
  const head = await app.inject({ method: "HEAD", url: "/api/products" });
  expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, "", changed.headers.etag]);
});

test("a list can be limited to some fields", async () => {
  await fill([product({ sku: "a", name: "b" })]);
  expect((await list({ fields: "name,sku" })).items).toEqual([{ name: "b", sku: "a" }]);
});

test("attributes are counted, the most frequent first", async () => {
  const attributes = async (query: Record<string, string> = {}): Promise<unknown> =>
    (await app.inject({ method: "GET", url: "/api/products/attributes", query })).json();
  await fill([]);
  expect(await attributes()).toEqual({ products: 0, items: [], relation: "eq" });
  const all: Row["attributes"][] = [{ Brand: "Nord", Note: "x" }, { Brand: "Süd" }, { "a.b": "1", Brand: "" }, {}];
  await fill(
    all.map((given, i) => product({ sku: `a${i}`, attributes: given })),
    2,
  );
  const items = [
    { name: "Brand", products: 3 },
    { name: "a.b", products: 1 },
    { name: "Note", products: 1 },
  ];
  expect(await attributes()).toEqual({ products: 4, items, relation: "eq" });
  expect(await attributes({ limit: "1" })).toMatchObject({ items: items.slice(0, 1) });
  expect(await attributes({ limit: "0" })).toMatchObject({ status: 400 });
});

test("attribute counts of a large catalogue are estimates", async () => {
  const COUNT = 40_000;
  await fill([]);
  const attributesOf = (i: number): Row["attributes"] => ({ Price: "1", ...(i % 4 === 0 ? { Brand: "x" } : {}) });
  await insert(
    Array.from({ length: COUNT }, (_, i) => product({ sku: `m${i}`, attributes: attributesOf(i) })),
    0,
  );
  const { body } = await app.inject({ method: "GET", url: "/api/products/attributes" });
  const { products, relation, items } = JSON.parse(body) as AttributeCounts;
  expect([products, relation]).toEqual([COUNT, "estimate"]);
  expect(items.map(({ name }) => name)).toEqual(["Price", "Brand"]);
  expect(items[0]?.products).toBe(COUNT);
  expect((items[1]?.products ?? 0) / COUNT).toBeCloseTo(0.25, 1);
});

test("facets count the most frequent values of an attribute among the products of a filter", async () => {
  const brands = ["Nord", "Nord", "Süd", "nord", undefined];
  await fill(
    brands.map((brand, i) =>
      product({ sku: `a${i}`, active: i !== 0, attributes: brand === undefined ? {} : { Brand: brand } }),
    ),
    2,
  );
  const facets = async (query: Record<string, string>): Promise<unknown> =>
    (await app.inject({ method: "GET", url: "/api/products/facets", query })).json();
  expect(await facets({ attribute: "Brand", limit: "2" })).toEqual({
    attribute: "Brand",
    values: [
      { value: "Nord", count: 2 },
      { value: "Süd", count: 1 },
    ],
    relation: "eq",
    sample_size: 5,
  });
  expect(await facets({ attribute: "Brand", active: "true", search: "a1" })).toMatchObject({
    values: [{ value: "Nord", count: 1 }],
  });
  await fill(
    [["red", "blue", "red"], "red", ["blue", "green"], "*", ["\n"]].map((colour, i) =>
      product({ sku: `a${i}`, attributes: { Colour: colour } }),
    ),
  );
  expect(await facets({ attribute: "Colour" })).toMatchObject({
    values: [
      { value: "blue", count: 2 },
      { value: "red", count: 2 },
      { value: "\n", count: 1 },
      { value: "*", count: 1 },
      { value: "green", count: 1 },
    ],
  });
  expect(await facets({ attribute: "Size" })).toMatchObject({ values: [] });
  expect(await facets({})).toMatchObject({ status: 400 });
  expect(await facets({ attribute: "a\0" })).toMatchObject({ status: 400 });
});
