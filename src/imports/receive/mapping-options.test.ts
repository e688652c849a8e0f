// Tests the options key, name and mapping: in the query, in a form, in the metadata of a resumable upload, and through an import.
import { expect, test } from "vitest";
import type { Import } from "../../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../tests/support/import-file.ts";
import { readMetadata } from "./upload/metadata.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);
const app = await createTestApp(database, context);
const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });

const MAPPING = { key: "Code", mode: "update", repeats: "first" } as const;

async function post(query: string, body: string | FormData): Promise<Import & ProblemDocument> {
  const response = await fetch(`${baseUrl}/api/imports${query}`, {
    method: "POST",
    body,
    ...(typeof body === "string" ? { headers: { "content-type": "text/csv" } } : {}),
  });
  return (await response.json()) as Import & ProblemDocument;
}

test("the mapping is stored with the import; its mode and repeats apply unless the request gives them", async () => {
  const text = encodeURIComponent(JSON.stringify(MAPPING));
  const { options } = await post(`?key=Code&mapping=${text}`, "Code\n1\n");
  expect(options).toMatchObject({ key: "Code", mapping: MAPPING, mode: "update", repeats: "first" });
  const given = await post(`?mode=create&mapping=${text}`, "Code\n1\n");
  expect(given.options).toMatchObject({ mode: "create", repeats: "first" });
});

test("a form and the metadata of a resumable upload take the same options, and a form takes a long mapping", async () => {
  const long = {
    ...MAPPING,
    attributes: { note: { const: "x".repeat(2000) } },
    drop: Array(20).fill("y".repeat(1900)),
  };
  const form = new FormData();
  form.set("mapping", JSON.stringify(long));
  form.set("file", new Blob(["Code\n1\n"]), "a.csv");
  expect((await post("?repeats=last", form)).options).toMatchObject({ mapping: long, mode: "update", repeats: "last" });
  const metadata = `mapping ${Buffer.from(JSON.stringify(MAPPING)).toString("base64")}`;
  expect(readMetadata(metadata).options).toMatchObject({ mapping: MAPPING });
});

test.each([
  ["{", "/querystring/mapping", "not valid JSON"],
  [`${"[".repeat(70)}${"]".repeat(70)}`, "/querystring/mapping", "The mapping is nested deeper than 64 levels"],
  ['{"key":7}', "/querystring/mapping/key", "name of a column"],
  ['{"key":{"from":"a","numbr":"1"}}', "/querystring/mapping/key", "numbr"],
  ['{"key":"a\\u0000"}', "/querystring/mapping", "NUL"],
  ["[".repeat(5000), "/querystring/mapping", "nested deeper"],
  [
    '{"key":"a","attributes":{"__proto__":"b"}}',
    "/querystring/mapping",
    'The name "__proto__" in attributes cannot be',
  ],
  ['{"key":{"from":"a","map":{"__proto__":"b"}}}', "/querystring/mapping", 'The name "__proto__" in key.map cannot be'],
])("the mapping %.40s is refused", async (mapping, pointer, detail) => {
  const { status, errors } = await post(`?mapping=${encodeURIComponent(mapping)}`, "Code\n1\n");
  expect([status, errors]).toEqual([400, [{ pointer, detail: expect.stringContaining(detail) as string }]]);
});

test("the chosen columns are the SKU and the name; the recognized ones become attributes", async () => {
  const made = await importBytes(context, "sku,model,title,name\n1,M-1,Lamp,x\n", { key: "MODEL", name: "title" });
  expect(made).toMatchObject({ state: "done", created: 1 });
  const { rows } = await database.pool.query("select sku, name, attributes from products");
  // The attributes get other names, because attributes named sku and name would be lost when an export is imported.
  expect(rows).toEqual([{ sku: "M-1", name: "Lamp", attributes: { "sku (2)": "1", "name (2)": "x" } }]);
});

test("a column that the file does not have fails the import and names the columns found", async () => {
  expect(await importBytes(context, "sku,name\n1,One\n", { key: "model" })).toMatchObject({
    state: "failed",
    problem: { type: "/problems/no-such-column", headers: ["sku", "name"] },
  });
});
