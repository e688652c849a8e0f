// Lists as values of attributes: import, edit, bulk change, history, undo, events, filter and export must all keep them unchanged.
import { buffer } from "node:stream/consumers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Product } from "../../contract/catalog/products.ts";
import type { ProductChange } from "../../contract/changesets/changesets.ts";
import { export_query } from "../../contract/catalog/export.ts";
import { exportProducts } from "../../src/catalog/export/export-products.ts";
import { createTestDatabase } from "../support/database.ts";
import { importBytes, rejectsOf } from "../support/import-file.ts";
import { createOperationApp } from "../support/operation-app.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database);

beforeEach(async () => {
  await pool.query("truncate products, product_history, search_backlog, events");
});

async function send(method: "PUT" | "PATCH" | "POST", url: string, payload: object) {
  const answer = await app.inject({ method, url, payload });
  return {
    status: answer.statusCode,
    body: answer.json<Product & { errors?: { pointer: string; detail: string }[] }>(),
  };
}

/** Returns the stored attributes of each product as JSON text, by SKU key. */
async function stored(): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ sku_key: string; attributes: string }>(
    "select sku_key, attributes::text as attributes from products order by sku_key",
  );
  return Object.fromEntries(rows.map(({ sku_key, attributes }) => [sku_key, attributes]));
}

async function newestChangeset(): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("select max(id) as id from changesets");
  return (rows[0] as { id: number }).id;
}

async function undoNewest(): Promise<void> {
  const { body } = await ask("POST", `/api/changesets/${await newestChangeset()}/undo`);
  expect(await finish(body.id)).toMatchObject({ state: "done" });
}

const FILE = [
  "sku,name,Tags[],Size",
  'a,A,"[""Home"", ""Textiles""]",[L',
  "b,B,one,",
  'c,C,"""[x""",',
  "d,D,[],M",
].join("\n");
const STORED = {
  a: '{"Size": "[L", "Tags": ["Home", "Textiles"]}',
  b: '{"Tags": "one"}',
  c: '{"Tags": "[x"}',
  d: '{"Size": "M"}',
};

describe("lists in imports", () => {
  test("an import stores lists, texts and missing values, and changes nothing when it is repeated", async () => {
    const first = await importBytes(context, FILE);
    expect(first.columns.slice(2)).toEqual([
      { name: "Tags[]", target: "attribute", attribute: "Tags", is_list: true },
      { name: "Size", target: "attribute" },
    ]);
    expect(first).toMatchObject({ state: "done", created: 4 });
    expect(await stored()).toEqual(STORED);
    expect(await importBytes(context, FILE)).toMatchObject({ unchanged: 4 });
    const spaced = FILE.replace('"[""Home"", ""Textiles""]"', '"[ ""Home"",""Text\\u0069les"" ] "');
    expect(await importBytes(context, spaced)).toMatchObject({ unchanged: 4 });
  });

  test("an import changes and removes lists", async () => {
    await importBytes(context, FILE);
    const changed = 'sku,Tags[]\na,"[""Textiles"", ""Home""]"\nb,\nc,"[""x""]"\nd,[ ]\n';
    expect(await importBytes(context, changed)).toMatchObject({ updated: 3, unchanged: 1 });
    expect(await stored()).toEqual({
      a: '{"Size": "[L", "Tags": ["Textiles", "Home"]}',
      b: "{}",
      c: '{"Tags": ["x"]}',
      d: '{"Size": "M"}',
    });
    await undoNewest();
    expect(await stored()).toEqual(STORED);
  });

  test("an import rejects cells that begin like JSON but are not a list of texts, and its rejects.csv can be imported", async () => {
    const { id } = await importBytes(
      context,
      'sku,name,Tags[]\na,A,[red\nb,B,"[1]"\nc,C,"[""""]"\nd,D,"""\\u0000"""\ne,E,"[""ok""]"\n',
    );
    const rejects = await rejectsOf(context, id);
    expect(rejects.map(({ column, code, value }) => [column, code, value])).toEqual([
      ["Tags[]", "not_a_list", "[red"],
      ["Tags[]", "not_a_list", "[1]"],
      ["Tags[]", "not_a_list", '[""]'],
      ["Tags[]", "not_a_list", '"\\u0000"'],
    ]);
    expect(await stored()).toEqual({ e: '{"Tags": ["ok"]}' });
    const csv = (await app.inject({ method: "GET", url: `/api/imports/${id}/rejects.csv` })).body;
    const fixed = csv.replace("[red", '"[""red""]"');
    expect(await importBytes(context, fixed)).toMatchObject({ created: 1, rejected: 3 });
    expect(await stored()).toMatchObject({ a: '{"Tags": ["red"]}' });
  });
});

describe("lists in edits", () => {
  test("an edit sets, changes and removes lists; events and history contain the lists, and undo restores them", async () => {
    const attributes = { Tags: ["b", "a", "b"], Note: "n", None: [] };
    const made = await send("POST", "/api/products", { sku: "a", name: "A", attributes });
    expect(made).toMatchObject({ status: 201, body: { attributes: { Tags: ["b", "a", "b"], Note: "n" }, version: 1 } });
    expect(await send("PATCH", "/api/products/a", { attributes: { Tags: ["b", "a", "b"] } })).toMatchObject({
      body: { version: 1 },
    });
    await send("PATCH", "/api/products/a", { attributes: { Tags: ["a", "b"], Note: ["n"] } });
    expect(await stored()).toEqual({ a: '{"Note": ["n"], "Tags": ["a", "b"]}' });
    const changes = {
      "attributes.Tags": { before: ["b", "a", "b"], after: ["a", "b"] },
      "attributes.Note": { before: "n", after: ["n"] },
    };
    const events = await pool.query<{ data: { changes: unknown } }>(
      "select data from events where type = 'product.updated'",
    );
    expect(events.rows.map(({ data }) => data.changes)).toEqual([changes]);
    const history = await app.inject({ method: "GET", url: "/api/products/a/history" });
    expect(history.json<{ items: unknown[] }>().items).toMatchObject([
      { fields: changes, product: { attributes: { Tags: ["a", "b"], Note: ["n"] } } },
      { product: { attributes: { Tags: ["b", "a", "b"], Note: "n" } } },
    ]);
    await undoNewest();
    expect(await stored()).toEqual({ a: '{"Note": "n", "Tags": ["b", "a", "b"]}' });
    await send("PATCH", "/api/products/a", { attributes: { Tags: [], Note: null } });
    expect(await stored()).toEqual({ a: "{}" });
  });

  test("an edit with invalid lists is refused, and the response names each fault", async () => {
    const long = Array.from({ length: 1001 }, () => "x");
    const attributes = { A: ["x", ""], B: ["x", 1], C: long, D: ["\0"], E: ["x".repeat(1_000_001)], F: {}, G: [["x"]] };
    const { status, body } = await send("PUT", "/api/products/a", { name: "A", attributes });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: "/body/attributes/A", detail: "Every element of a list must be a string that is not empty." },
      { pointer: "/body/attributes/B", detail: "Every element of a list must be a string that is not empty." },
      { pointer: "/body/attributes/C", detail: "The list has more than 1,000 elements. Shorten it." },
      { pointer: "/body/attributes/D", detail: "The value contains a NUL character. Remove it." },
      { pointer: "/body/attributes/E", detail: "The list has more than 1,000,000 bytes. Shorten it." },
      { pointer: "/body/attributes/F", detail: "Attribute values must be strings or lists of strings." },
      { pointer: "/body/attributes/G", detail: "Every element of a list must be a string that is not empty." },
    ]);
  });
});

test("a bulk change sets and removes lists, and undo restores them", async () => {
  await importBytes(context, FILE);
  const set = { attributes: { Tags: ["x", "y"], Size: [] } };
  const { status, body } = await ask("POST", "/api/products/bulk", { skus: ["a", "b"], action: "set", set });
  expect({ status, body }).toMatchObject({ status: 202 });
  expect(await finish(body.id)).toMatchObject({ state: "done", updated: 2 });
  expect(await stored()).toEqual({ ...STORED, a: '{"Tags": ["x", "y"]}', b: '{"Tags": ["x", "y"]}' });
  const changes = await app.inject({ method: "GET", url: `/api/changesets/${await newestChangeset()}/changes` });
  expect(changes.json<{ items: ProductChange[] }>().items[0]?.fields).toEqual({
    "attributes.Tags": { before: ["Home", "Textiles"], after: ["x", "y"] },
    "attributes.Size": { before: "[L", after: null },
  });
  const csv = await app.inject({ method: "GET", url: `/api/changesets/${await newestChangeset()}/changes.csv` });
  expect(csv.body).toContain('attributes.Tags,"[""Home"",""Textiles""]","[""x"",""y""]"');
  await undoNewest();
  expect(await stored()).toEqual(STORED);
});

test("deleting and restoring a product keeps its lists byte for byte", async () => {
  const lists = { A: ["é", "\u0001\n\t", 'q"\\', "\u{1f600}"], B: ["1E5", "0017"], "C[]": "[", D: ["__proto__"] };
  await send("POST", "/api/products", { sku: "a", name: "A", attributes: lists });
  const before = await stored();
  await app.inject({ method: "DELETE", url: "/api/products/a" });
  expect(await stored()).toEqual({});
  await undoNewest();
  expect(await stored()).toEqual(before);
  for (const format of ["csv", "tsv", "xlsx"] as const) {
    const { bytes } = await exportProducts(pool, export_query.parse({ format }));
    const result = await importBytes(context, await buffer(bytes));
    expect(await rejectsOf(context, result.id)).toEqual([]);
    expect(result, format).toMatchObject({ state: "done", unchanged: 1 });
  }
});
