// Imports XML and JSON files: without a mapping, with a profile, with rejected records, and files that Skuport has exported.
import { buffer, text } from "node:stream/consumers";
import { beforeEach, expect, test } from "vitest";
import { export_query } from "../../../contract/catalog/export.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { exportProducts } from "../../../src/catalog/export/export-products.ts";
import { createEditor } from "../../../src/catalog/edit/edit-product.ts";
import { readProductBody } from "../../../src/catalog/edit/validate-product.ts";
import { skuKey } from "../../../src/catalog/product/sku-key.ts";
import { putProfile } from "../../../src/profiles/change-profile.ts";
import { continueImport } from "../../../src/imports/held/hold-import.ts";
import { readImport } from "../../../src/imports/store.ts";
import { rejectsCsv } from "../../../src/imports/rejects/rejects-csv.ts";
import { createTestDatabase } from "../../support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  rejectsOf,
  workOn,
} from "../../support/import-file.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 7);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

async function products(): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    'select sku, name, attributes from products order by sku_key collate "C"',
  );
  return rows;
}

const SHOP = `<shop><item><sku>A</sku><name>Lamp</name><size><w>1</w></size><tag>a</tag><tag>b</tag></item>
<item><sku>B</sku><name>"Best" desk</name><tag>c</tag></item></shop>`;

test("an XML file with known names is imported without a mapping", async () => {
  expect(await importBytes(context, SHOP)).toMatchObject({ state: "done", created: 2, dialect: { format: "xml" } });
  expect(await products()).toEqual([
    { sku: "A", name: "Lamp", attributes: { "size/w": "1", tag: ["a", "b"] } },
    { sku: "B", name: '"Best" desk', attributes: { tag: "c" } },
  ]);
  expect(await importBytes(context, SHOP)).toMatchObject({ state: "done", unchanged: 2 });
});

test("an XML file with unknown names is held, and continues with a mapping that names its paths", async () => {
  const unknown = SHOP.replaceAll("sku>", "x>").replaceAll("name>", "y>");
  const held = await importBytes(context, unknown, { review: "unknown" });
  expect(held).toMatchObject({ state: "held", created: 0 });
  expect(held.columns.map(({ name }) => name)).toEqual(["x", "y", "size/w", "tag[]"]);
  await continueImport(context, held.id, { mapping: { key: "x", name: "y" } });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 2 });
  expect(await products()).toMatchObject([
    { sku: "A", name: "Lamp", attributes: { "size/w": "1", tag: ["a", "b"] } },
    { sku: "B" },
  ]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("the rejected records of an XML file are imported with its mapping once they are corrected", async () => {
  const mapping: Mapping = {
    file: { kind: "xml", record: "b" },
    key: "k",
    name: "n",
    attributes: { tags: { from: "t", all: true }, w: { from: "s/w", number: "1,5" } },
    pairs: [{ each: "p", name: "@n", value: "." }],
  };
  const record = (k: string, w: string): string =>
    `<b><k>${k}</k><n>N</n><t>x</t><t>y</t><s><w>${w}</w><u>cm</u></s><e>[z</e><p n="colour">red</p><p n="colour">blue</p></b>`;
  const first = await importBytes(context, `<a>${record("1", "1,5")}\n${record("2", "?")}</a>`, { mapping });
  expect(await rejectsOf(context, first.id)).toMatchObject([{ row: 2, line: 2, column: "s/w", code: "does_not_fit" }]);
  const csv = await text(rejectsCsv(pool, (await readImport(pool, first.id)) ?? first));
  const second = await importBytes(context, csv.replace(",?,", ',"1,5",'), { mapping });
  expect(second).toMatchObject({ state: "done", created: 1, rejected: 0 });
  const [one, two] = await products();
  expect(two).toEqual({ ...one, sku: "2" });
  expect(one).toMatchObject({ attributes: { tags: ["x", "y"], w: "1.5", e: "[z", colour: ["red", "blue"] } });
});

test("a profile is selected by the root element, its namespace and an element", async () => {
  const store = async (name: string, root: object, more: object): Promise<void> => {
    const definition = {
      profile: name,
      file: { kind: "xml" as const, record: "b/c" },
      detect: root,
      key: "k",
      name: "n",
      ...more,
    };
    await putProfile(pool, { name, definition, actor: "test", confirm: false, preconditions: { if_match: undefined } });
  };
  await store("plain", { root: "a" }, {});
  await store("with d", { root: "a", contains: "d" }, { attributes: { d: "../@x", e: "e" } });
  const file = (inner: string): string => `<a><b><c><k>1</k><n>One</n><e>x</e></c>${inner}</b></a>`;
  const plain = await importBytes(context, file(""));
  expect(plain).toMatchObject({ state: "done", created: 1, profile: { name: "plain" } });
  const other = await importBytes(context, file("<c><k>2</k><n>Two</n><d/></c>"));
  expect(other).toMatchObject({ state: "done", created: 1, unchanged: 1, profile: { name: "with d" } });
});

test("lookup tables beside the records of a JSON file, with the path from the topmost entry", async () => {
  const mapping: Mapping = {
    file: { kind: "json", record: "products/*" },
    tables: {
      categories: { record: "categories/*", key: "id", value: "label/en", parent: "parent", join: " > " },
      colours: { record: "colours/*", key: "code", value: "name" },
    },
    key: "sku",
    name: "name",
    keep: false,
    attributes: {
      category: { from: "category", lookup: "categories" },
      colour: { from: "colour", lookup: "colours" },
      shop: "../../shop",
    },
  };
  const file = {
    shop: "Lamps & more",
    categories: [
      { id: 2, parent: 1, label: { en: "Desk lamps", de: "Tischlampen" }, note: "x".repeat(2_000_000) },
      { id: 1, parent: null, label: { en: "Lamps" } },
    ],
    products: [
      { sku: "A", name: "Lamp", category: 2, colour: "r" },
      { sku: "B", name: "Desk", category: 1, colour: "?" },
    ],
    colours: [{ code: "r", name: "red" }],
  };
  const done = await importBytes(context, JSON.stringify(file), { mapping });
  expect(done).toMatchObject({ state: "done", problem: null, created: 2, rejected: 0 });
  expect((await products()).map(({ attributes }) => attributes)).toEqual([
    { category: "Lamps > Desk lamps", colour: "red", shop: "Lamps & more" },
    { category: "Lamps", colour: "?", shop: "Lamps & more" },
  ]);
});

test.each([
  ["pairs of elements", "xml", { pairs: [{ each: "f", name: "n", value: "v" }] }],
  ["a name with a placeholder", "json", { attributes: { "x-{n}": "v" } }],
] as const)(
  "more than 2,000 attribute names from the data fail the import before it loads: %s",
  async (_, kind, more) => {
    const rows = Array.from({ length: 2050 }, (_unused, i) => ({ k: `K${i}`, n: `Name ${i}`, v: "1" }));
    const file =
      kind === "json"
        ? JSON.stringify(rows)
        : `<a>${rows.map(({ k, n, v }) => `<b><k>${k}</k><t>T</t><f><n>${n}</n><v>${v}</v></f></b>`).join("")}</a>`;
    const mapping = { file: { kind }, key: "k", name: kind === "json" ? "n" : "t", keep: false, ...more } as Mapping;
    const failed = await importBytes(context, file, { mapping });
    expect(failed).toMatchObject({
      state: "failed",
      created: 0,
      problem: { type: "/problems/mapping-invalid", reason: "mapping-too-many-names", values: { limit: 2000 } },
    });
    expect(await products()).toEqual([]);
    const fewer = kind === "json" ? JSON.stringify(rows.slice(0, 2000)) : file.replaceAll(/Name \d+/g, "Name");
    expect(await importBytes(context, fewer, { mapping })).toMatchObject({ state: "done", rejected: 0 });
  },
);

const ODD = [
  {
    sku: "ä-1",
    name: "Ünïcode 😀 漢字",
    active: false,
    attributes: { "a/b": "x", "@id": "y", ".": "dot", "..": "up", "x[]": "z" },
  },
  {
    sku: "b,2",
    name: '"quoted", with comma',
    parent_sku: "ä-1",
    attributes: { "{}": "o", "p{}": "[1]", "'=1": "'=1", "n\nl": "a\nb" },
  },
  {
    sku: "C 3",
    name: "C",
    description: "line\r\nbreak\ttab",
    attributes: { L: ["a", "[b", '"c"', "=1"], T: '"json"', E: "=1+1" },
  },
  {
    sku: "d",
    name: "x".repeat(1000),
    attributes: { long: "y".repeat(999_999), L: "one", T: ["two"], null: "null", true: "true" },
  },
  {
    sku: "e",
    name: "E",
    attributes: { "sku (2)": "s", attributes: "t", "attributes/x": "u", id: "i", version: "7", "s p": " pad " },
  },
  { sku: "null", name: "0017", attributes: { "1.50": "1E5", "-": "- 5", "#N/A": "n" } },
];

test.each(["jsonl", "csv", "tsv"] as const)(
  "importing an export changes nothing, whatever names and values it has: %s",
  async (format) => {
    const edit = createEditor(pool);
    const author = { actor: "test", reason: undefined };
    for (const each of ODD) await edit(skuKey(each.sku), author, () => readProductBody(each));
    const before = await products();
    const { bytes } = await exportProducts(pool, export_query.parse({ format }));
    const again = await importBytes(context, await buffer(bytes));
    expect(await rejectsOf(context, again.id)).toEqual([]);
    expect(await products()).toEqual(before);
    expect(again).toMatchObject({ state: "done", rows: ODD.length, unchanged: ODD.length });
  },
);

test("importing an export in JSON Lines changes nothing", async () => {
  const csv = [
    "sku,name,description,active,parent_sku,Tags[],Size/Width,Note,Only[]",
    'a,A,"two\nlines",yes,,"[""Home"", ""[x]""]",1.50,"""quoted""",',
    'b,"[B]",,no,a,"[""one""]",,\\x,"""[t"""',
    "c,C,,yes,,,,,",
  ].join("\n");
  expect(await importBytes(context, csv)).toMatchObject({ state: "done", created: 3 });
  const before = await products();
  const { bytes } = await exportProducts(pool, export_query.parse({ format: "jsonl" }));
  const again = await importBytes(context, await buffer(bytes));
  expect(again).toMatchObject({ state: "done", rows: 3, unchanged: 3, rejected: 0, dialect: { format: "jsonl" } });
  expect(await products()).toEqual(before);
});
