// Imports workbooks that suppliers and shops really send: sheets, headers, number formats and merged cells.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Import } from "../../contract/imports/imports.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, rejectsOf, type Options } from "../support/import-file.ts";
import { makeWorkbook, textRow } from "../support/files/make-workbook.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);

beforeEach(async () => {
  await pool.query("truncate products, product_history");
});

const folder = join(import.meta.dirname, "../../src/imports/read/workbook/samples");
const run = (name: string, options: Options = {}): Promise<Import> =>
  importBytes(context, readFileSync(join(folder, `${name}.xlsx`)), options);

interface Stored {
  sku: string;
  name: string;
  attributes: Record<string, string>;
}

async function products(): Promise<Stored[]> {
  const { rows } = await pool.query<Stored>('select sku, name, attributes from products order by sku collate "C"');
  return rows;
}

test("c50-poi-numbers: numbers in a workbook that a Java program wrote keep all digits and leading zeros", async () => {
  expect(await run("c50-poi-numbers")).toMatchObject({ state: "done", created: 3, rejected: 0 });
  expect(await products()).toEqual([
    { sku: "0", name: "Minus", attributes: { EAN: "10000000", Price: "90.75", Stock: "1000", PLZ: "01067" } },
    { sku: "17", name: "Lamp", attributes: { EAN: "4006381333931", Price: "12", Stock: "3", PLZ: "01067" } },
    { sku: "18", name: "Desk", attributes: { EAN: "4006381333948", Price: "12.5", Stock: "0", PLZ: "10115" } },
  ]);
});

test.each([
  ["c01a-prefix-format", "ART-0017"],
  ["c01b-locale-zeros", "01067"],
  ["c01f-colour", "0017"],
  ["c05-standard", "45000.5"],
])("%s: the SKU is %s", async (name, sku) => {
  expect(await run(name)).toMatchObject({ state: "done", created: 1, rejected: 0 });
  expect(await products()).toMatchObject([{ sku, attributes: { Value: sku } }]);
});

test("c11-sheets: the sheet of products is imported", async () => {
  expect(await run("c11-sheets")).toMatchObject({ state: "done", rows: 1, created: 1 });
  expect(await products()).toEqual([{ sku: "c11-1", name: "Lamp", attributes: { Value: "3" } }]);
});

test("c77-hidden-sku: the message names the hidden sheet, which can be imported", async () => {
  const refused = await run("c77-hidden-sku");
  expect(refused).toMatchObject({
    state: "failed",
    problem: { type: "/problems/no-sku-column", detail: expect.stringContaining('"Data" (hidden)') as string },
  });
  expect(await run("c77-hidden-sku", { sheet: "Data" })).toMatchObject({ state: "done", created: 1 });
});

test("c53-header-break-rejects: the line numbers of rejected rows are the row numbers of the sheet", async () => {
  const result = await run("c53-header-break-rejects");
  expect(result).toMatchObject({ state: "done", created: 2, rejected: 1 });
  expect(await rejectsOf(context, result.id)).toMatchObject([{ line: 3, code: "sku_empty" }]);
});

test("c56-header-each-page: a header that is repeated on each page is ignored", async () => {
  expect(await run("c56-header-each-page")).toMatchObject({ state: "done", rows: 3, created: 2, ignored: 1 });
  expect((await products()).map(({ sku }) => sku)).toEqual(["c56-1", "c56-2"]);
});

test("a notice names further sheets with a SKU column, unless the user chose the sheet", async () => {
  const sheets = {
    Spring: textRow(1, "sku", "name") + textRow(2, "S-1", "Tulip"),
    Old: textRow(1, "sku", "name", "price") + textRow(2, "O-1", "Rose", "3"),
  };
  const bytes = await makeWorkbook({ sheets });
  const { notices } = await importBytes(context, bytes);
  expect(notices).toMatchObject([{ code: "other_sheets", message: expect.stringContaining('"Old"') as string }]);
  expect(await importBytes(context, bytes, { sheet: "Old" })).toMatchObject({ created: 1, notices: [] });
});

test("title-rows-and-merged-header: options can give the lines of the header and the notes to ignore", async () => {
  const mapping: Mapping = {
    file: { sheet: "Angebot", header: { at: [4, 5] } },
    ignore: [{ blank: "Artikel Nummer" }],
    key: "Artikel Nummer",
    name: "Artikel Name",
  };
  expect(await run("title-rows-and-merged-header", { mapping })).toMatchObject({
    state: "done",
    rows: 25,
    created: 24,
    ignored: 1,
    rejected: 0,
  });
  expect((await products())[23]).toMatchObject({ sku: "00023", attributes: { Warengruppe: "Home" } });
});

test("title-rows-and-merged-header: the names of two rows are joined, and a note without a SKU is rejected", async () => {
  const result = await run("title-rows-and-merged-header");
  expect(result).toMatchObject({ state: "done", rows: 25, created: 24, rejected: 1 });
  expect(await rejectsOf(context, result.id)).toMatchObject([{ line: 31, code: "sku_empty" }]);
  const stored = await products();
  expect(stored[1]).toEqual({
    sku: "00001",
    name: "Emaillebecher Zuvora 2",
    attributes: {
      Warengruppe: "Home",
      "Preis netto": "113.71",
      "Preis brutto": "183.4",
      "Verpackung Einheit": "Karton",
      "Verpackung Stück": "7",
    },
  });
  expect(stored.every(({ attributes }) => Object.keys(attributes).length === 5)).toBe(true);
});
