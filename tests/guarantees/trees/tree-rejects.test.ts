// Imports XML and JSON files with records that are rejected. Checks the reason and the text of each rejected record, and that `rejects.csv`
// can be imported after the records are corrected.
import { gzipSync } from "node:zlib";
import { text } from "node:stream/consumers";
import { beforeEach, expect, test } from "vitest";
import type { Import } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { rejectsCsv } from "../../../src/imports/rejects/rejects-csv.ts";
import { readImport } from "../../../src/imports/store.ts";
import { createTestDatabase } from "../../support/database.ts";
import { createImportContext, importBytes, leftovers, NOTHING_LEFT, rejectsOf } from "../../support/import-file.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 7);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

async function products(): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    'select sku, name, parent_sku, attributes from products order by sku_key collate "C"',
  );
  return rows;
}

const rejectsCsvOf = async ({ id }: Import): Promise<string> =>
  text(rejectsCsv(pool, (await readImport(pool, id)) as Import));

test("a broken line of JSON Lines rejects its row with the reason, the line and the text", async () => {
  const lines = ['{"sku":"A","name":"Lamp"}', "", '{"sku":"B","name":"Desk"', '{"sku":"C","name":"Chair"}', "null"];
  const done = await importBytes(context, lines.join("\n"));
  expect(done).toMatchObject({ state: "done", rows: 4, created: 2, rejected: 2 });
  expect(await rejectsOf(context, done.id)).toMatchObject([
    { row: 2, line: 3, code: "not_json", column: null, raw: '{"sku":"B","name":"Desk"' },
    { row: 4, line: 5, code: "not_json", raw: "null" },
  ]);
  const [first, second] = await rejectsOf(context, done.id);
  expect(first?.message).toBe(
    "The line is not a JSON object: the line ends within a value; it may be incomplete. Correct the line.",
  );
  expect(second?.message).toContain("it is not an object");
  const [, row] = (await rejectsCsvOf(done)).split("\n");
  expect(row).toContain('"{""sku"":""B"",""name"":""Desk"""');
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("an element of a list that is not an object is rejected with its line, and the rows are counted completely", async () => {
  const text = '{"items":[\n{"sku":"A","name":"Lamp"},\n"B",\n17,\n{"sku":"C","name":"Chair"}]}';
  const done = await importBytes(context, text);
  expect(done).toMatchObject({ state: "done", rows: 4, created: 2, rejected: 2 });
  expect(await rejectsOf(context, done.id)).toMatchObject([
    { row: 2, line: 3, code: "not_json", raw: '"B"' },
    { row: 3, line: 4, code: "not_json", raw: "17" },
  ]);
  const [first] = await rejectsOf(context, done.id);
  expect(first?.message).toMatch(/^The element of the list of records is not a JSON object\. Write it as an object/);
});

test("a character that XML does not allow rejects its record with the column, and the corrected rejects.csv is imported", async () => {
  const item = (sku: string, name: string): string => `<item><sku>${sku}</sku><name>${name}</name></item>\n`;
  const done = await importBytes(
    context,
    `<shop>\n${item("A", "Lamp&#x1;")}${item("B", "\u000bDesk")}${item("C", "Vase")}</shop>`,
  );
  expect(done).toMatchObject({ state: "done", rows: 3, created: 1, rejected: 2 });
  expect(await rejectsOf(context, done.id)).toMatchObject([
    { row: 1, line: 2, code: "not_text", column: "name", value: "Lamp\ufffd", raw: item("A", "Lamp&#x1;").trim() },
    { row: 2, line: 3, code: "not_text", column: "name", value: "\ufffdDesk" },
  ]);
  for (const { message } of await rejectsOf(context, done.id))
    expect(message).toContain("a character that XML does not allow");
  const again = await importBytes(context, (await rejectsCsvOf(done)).replaceAll(/\ufffd|&#x1;|\u000b/g, ""));
  expect(again).toMatchObject({ state: "done", created: 2, rejected: 0 });
  expect((await products()).map(({ name }) => name)).toEqual(["Lamp", "Desk", "Vase"]);
});

test("half of a character in JSON rejects its record with the column", async () => {
  const done = await importBytes(context, '[{"sku":"A","name":"\\ud83d"},{"sku":"B","name":"\\ud83d\\ude00"}]');
  expect(done).toMatchObject({ state: "done", created: 1, rejected: 1 });
  const [reject] = await rejectsOf(context, done.id);
  expect(reject).toMatchObject({ line: 1, code: "not_text", column: "name" });
  expect(reject?.message).toContain("half of a character");
});

test("records without values do not change which record belongs to a reject", async () => {
  const done = await importBytes(
    context,
    "<shop><item/>\n<item><sku>A</sku><name>Lamp</name></item><item><name> </name></item>\n<item><name>Desk</name></item></shop>",
  );
  expect(await rejectsOf(context, done.id)).toMatchObject([
    { code: "sku_empty", raw: "<item><name>Desk</name></item>" },
  ]);
  const json = await importBytes(context, '[{"a":null},{"sku":"A","name":"Lamp"},{"sku":""},\n{"name":"Desk"}]');
  expect(await rejectsOf(context, json.id)).toMatchObject([{ code: "sku_empty", raw: '{"name":"Desk"}' }]);
});

const RECORDS = [
  '<item id="1"><sku>A</sku><name>Lämp</name><price>1</price></item>',
  '<item id="2">\n <sku></sku><name>Täble &amp; more</name><price>2</price></item>',
  '<item id="3"><sku>C</sku><price>3</price></item>',
  '<item id="4"/>',
];
const SHOP = `<shop>\n${RECORDS.join("\n")}</shop>`;

test.each([
  ["UTF-8", Buffer.from(SHOP)],
  ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${SHOP}`)],
  ["UTF-16", Buffer.from(`\ufeff${SHOP}`, "utf16le")],
  ["ISO 8859-1", Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${SHOP}`, "latin1")],
  ["gzip", gzipSync(SHOP)],
])("the rejects of the scan and of the load have the record of the file: %s", async (_, bytes) => {
  const done = await importBytes(context, bytes);
  expect(done).toMatchObject({ state: "done", created: 1, rejected: 3 });
  expect(await rejectsOf(context, done.id)).toMatchObject([
    { row: 2, line: 3, code: "sku_empty", raw: RECORDS[1] },
    { row: 3, line: 5, code: "name_empty", raw: RECORDS[2] },
    { row: 4, line: 6, code: "sku_empty", raw: RECORDS[3] },
  ]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("the source of a record is found in every part of a large file, with characters of several bytes and bytes that are not text", async () => {
  const record = (i: number): string =>
    `<i><sku>${i % 50 === 7 ? "" : i}</sku><name>${"Ä€😀".repeat(i % 90)}${i === 3 ? "\u0001\u0001" : ""}</name></i>`;
  const records = Array.from({ length: 6000 }, (_, i) => record(i));
  const file = Buffer.from(`<a>${records.join("")}</a>`, "utf8");
  // The bytes FF and C3 are not valid UTF-8 here: FF never is, and C3 begins a character of two bytes whose second byte is missing.
  file.set([0xff, 0xc3], file.indexOf("\u0001\u0001"));
  const done = await importBytes(context, file);
  const rejects = await rejectsOf(context, done.id);
  expect(file.length).toBeGreaterThan(3 << 18);
  expect(rejects.length).toBeGreaterThan(100);
  for (const { row, raw } of rejects)
    if (row !== 4) expect(raw).toBe(records[row - 1]);
    else expect(raw).toBe(records[3]?.replace("\u0001\u0001", "\ufffd\ufffd"));
});

const FEED: Mapping = {
  file: { kind: "xml", record: "product", each: "variant" },
  key: "@sku",
  name: "../title",
  parent: "../@id",
  keep: false,
  attributes: { price: { from: "price", number: "1,5" }, tags: { from: "../tag", all: true } },
  pairs: [{ each: "param", name: "@name", value: "." }],
};
const variant = (sku: string, price: string): string =>
  `<variant sku="${sku}"><price>${price}</price><param name="colour">red "x"</param></variant>`;
const product = (id: number, variants: string): string =>
  `<product id="${id}"><title>Lamp, ${id}</title><tag>a</tag><tag>[b</tag>${variants}</product>`;

test("rejects.csv has the mapped columns and the record, and is imported with the same mapping once it is corrected", async () => {
  const second = product(2, variant("B", "?") + variant("C", "2"));
  const feed = `<feed>${product(1, variant("A", "1"))}\n${second}</feed>`;
  const done = await importBytes(context, feed, { mapping: FEED });
  expect(done).toMatchObject({ state: "done", created: 2, rejected: 1 });
  const csv = await rejectsCsvOf(done);
  expect(csv.split("\n")[0]).toMatch(
    /^"'@sku",price,.*,reject_row,reject_line,reject_column,reject_code,reject_reason,reject_raw$/,
  );
  expect(csv).toContain(`,2,2,price,does_not_fit,`);
  expect(csv).toContain(`"${second.replaceAll('"', '""')}"`);
  const again = await importBytes(context, csv.replace("B,?,", "B,3,"), { mapping: FEED });
  expect(again).toMatchObject({ state: "done", created: 1, rejected: 0 });
  const [, b, c] = await products();
  expect(b).toEqual({ ...c, sku: "B", attributes: { ...(c?.attributes as object), price: "3" } });
  expect(c).toMatchObject({ parent_sku: "2", attributes: { tags: ["a", "[b"], colour: 'red "x"' } });
});

const OFFER = (sku: string, price: string): string =>
  `<SHOPITEM><ITEM_ID>${sku}</ITEM_ID><PRODUCTNAME>Lampa</PRODUCTNAME><PRICE_VAT>${price}</PRICE_VAT><URL>https://shop.cz/x</URL>` +
  `<PARAM><PARAM_NAME>barva</PARAM_NAME><VAL>bílá</VAL></PARAM></SHOPITEM>`;

test.each([{}, { profile: "Heureka" }])(
  "rejects.csv of a file with a built-in profile is imported with this profile: %j",
  async (options) => {
    const done = await importBytes(context, `<?xml version="1.0"?><SHOP>${OFFER("A", "1")}\n${OFFER("B", "?")}</SHOP>`);
    expect(done).toMatchObject({ state: "done", created: 1, rejected: 1, profile: { name: "Heureka" } });
    const csv = await rejectsCsvOf(done);
    const again = await importBytes(context, csv.replace("?", "1"), options);
    expect(again).toMatchObject({
      state: "done",
      problem: null,
      created: 1,
      rejected: 0,
      profile: { name: "Heureka" },
    });
    const [a, b] = await products();
    expect(b).toEqual({ ...a, sku: "B" });
    expect(a).toMatchObject({ attributes: { barva: "bílá" } });
  },
);
