// Tests that a mapping made for a text file also reads a workbook with the same table, in the preview and in the import. The rejected rows
// of the workbook are exported as a text file, which gives the same values when it is imported.
import { text } from "node:stream/consumers";
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../tests/support/import-file.ts";
import { makeWorkbook, textRow } from "../../../tests/support/files/make-workbook.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { completeOptions, import_query } from "../../../contract/imports/imports.ts";
import { previewFile } from "../preview/preview.ts";
import { rejectsCsv } from "./rejects-csv.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);
beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

const MAPPING: Mapping = {
  key: "Nr",
  name: "Name",
  attributes: {
    price: { from: "EK", number: "1.234,56" },
    since: { from: "Ab", date: "31.12.2026" },
    pack: { from: "VE", number: "1.234" },
  },
  keep: false,
};
const CSV = `Nr;Name;EK;Ab;VE
A-1;Tisch;1.635,88;05.11.2026;12
A-2;Stuhl;1,234;06.11.2026;1.000
A-3;Regal;1.234;07.11.2026;
A-4;Lampe;7;08.11.2026;6
`;
const cells = (row: number, [price, date, pack]: readonly [string, string, string]): string =>
  `<c r="C${row}" ${price}</c><c r="D${row}" ${date}</c><c r="E${row}" ${pack}</c></row>`;
const row = (at: number, sku: string, name: string, values: readonly [string, string, string]): string =>
  textRow(at, sku, name).replace("</row>", cells(at, values));
const value = (number: string): string => `><v>${number}</v>`;
const string = (content: string): string => `t="str"><v>${content}</v>`;
const date = (day: number): string => `s="1"><v>${day}</v>`;
const BLANK = "><v></v>";

const workbookOf = (rows: string): Promise<Buffer> =>
  makeWorkbook({
    sheets: { Liste: textRow(1, "Nr", "Name", "EK", "Ab", "VE") + rows },
    styles: { cells: '<xf numFmtId="0"/><xf numFmtId="14"/>' },
  });

/** Numbers, a formula, and texts in the form of the samples. */
const ROWS =
  row(2, "A-1", "Tisch", [value("1635.88"), date(46331), value("12")]) +
  row(3, "A-2", "Stuhl", ["><f>1+0.234</f><v>1.234</v>", string("06.11.2026"), string("1.000")]) +
  row(4, "A-3", "Regal", [string("1.234"), date(46333), BLANK]) +
  row(5, "A-4", "Lampe", [value("7"), date(46334), value("6")]);

const products = async (): Promise<unknown[]> =>
  (await pool.query<Record<string, unknown>>("select sku, name, attributes from products order by sku")).rows;

test("the workbook of a table gives the products of its text file", async () => {
  expect(await importBytes(context, CSV, { mapping: MAPPING })).toMatchObject({ state: "done", created: 4 });
  const expected = await products();
  expect(expected).toMatchObject([
    { attributes: { price: "1635.88", since: "2026-11-05", pack: "12" } },
    { attributes: { price: "1.234", since: "2026-11-06", pack: "1000" } },
    { attributes: { price: "1234", since: "2026-11-07" } },
    { attributes: { price: "7", since: "2026-11-08", pack: "6" } },
  ]);
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade");
  const workbook = await workbookOf(ROWS);
  const preview = await previewFile(workbook, true, completeOptions(import_query.parse({ mapping: MAPPING })));
  expect(preview).toMatchObject({ problem: null, rejected: 0 });
  expect(preview.products).toMatchObject(
    (expected as { sku: string; attributes: unknown }[]).map(({ sku, attributes }) => ({ sku, attributes })),
  );
  expect(await importBytes(context, workbook, { mapping: MAPPING })).toMatchObject({ created: 4, rejected: 0 });
  expect(await products()).toEqual(expected);
});

test("the rejected rows of a workbook contain its numbers and dates as the samples show them", async () => {
  const workbook = await workbookOf(
    row(2, "A-1", "Tisch", [value("1.234"), string("bald"), value("12")]) +
      row(3, "A-2", "Stuhl", [string("auf Anfrage"), date(46332), value("1.234")]),
  );
  const made = await importBytes(context, workbook, { mapping: MAPPING });
  expect(made).toMatchObject({ created: 0, rejected: 2 });
  const csv = await text(rejectsCsv(pool, made));
  expect(csv).toContain('\nA-1,Tisch,"1,234",bald,12,');
  expect(csv).toContain('\nA-2,Stuhl,auf Anfrage,06.11.2026,"1,234",');
  const fixed = csv.replace(",bald,", ",05.11.2026,").replace(",auf Anfrage,", ',"2,50",');
  // A fraction does not fit a sample without decimal places, so it is rejected rather than read as 1234.
  expect(await importBytes(context, fixed, { mapping: MAPPING })).toMatchObject({ created: 1, rejected: 1 });
  expect(await products()).toEqual([
    { sku: "A-1", name: "Tisch", attributes: { price: "1.234", since: "2026-11-05", pack: "12" } },
  ]);
});

/** A mapping whose texts are those of a German spreadsheet. */
const TEXTS: Mapping = {
  key: "Nr",
  name: "Name",
  active: { from: "Gesperrt", yes_no: { yes: ["FALSCH"], no: ["WAHR"] } },
  attributes: {
    margin: { from: "Marge", number: "12,5 %" },
    size: { from: "VE", map: { "0,5": "half", "1,00": "whole" }, else: "reject" },
  },
  ignore: [{ of: "VE", is: "0,00" }],
  keep: false,
};
const TEXTS_CSV = `Nr;Name;Gesperrt;Marge;VE
A-1;Tisch;FALSCH;17,5 %;0,5
A-2;Stuhl;WAHR;17,0 %;1,00
A-3;Regal;FALSCH;0,17;1,00
Summe;;;;0,00
`;
const boolean = (bit: 0 | 1): string => `t="b"><v>${bit}</v>`;
const percent = (fraction: string): string => `s="1"><v>${fraction}</v>`;
const percentages = (rows: string): Promise<Buffer> =>
  makeWorkbook({
    sheets: { Liste: textRow(1, "Nr", "Name", "Gesperrt", "Marge", "VE") + rows },
    styles: { cells: '<xf numFmtId="0"/><xf numFmtId="10"/>' },
  });

test("a mapping with the texts of a spreadsheet reads its booleans, percentages and fractions", async () => {
  expect(await importBytes(context, TEXTS_CSV, { mapping: TEXTS })).toMatchObject({ created: 3, ignored: 1 });
  const inCsv = (await pool.query("select sku, active, attributes from products order by sku")).rows;
  expect(inCsv).toEqual([
    { sku: "A-1", active: true, attributes: { margin: "17.5", size: "half" } },
    { sku: "A-2", active: false, attributes: { margin: "17.0", size: "whole" } },
    { sku: "A-3", active: true, attributes: { margin: "0.17", size: "whole" } },
  ]);
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade");
  const workbook = await percentages(
    row(2, "A-1", "Tisch", [boolean(0), percent("0.175"), value("0.5")]) +
      row(3, "A-2", "Stuhl", [boolean(1), percent("0.17"), value("1")]) +
      row(4, "A-3", "Regal", [boolean(0), value("0.17"), value("1")]) +
      row(5, "Summe", "", [BLANK, BLANK, value("0")]),
  );
  expect(await importBytes(context, workbook, { mapping: TEXTS })).toMatchObject({ created: 3, ignored: 1 });
  const inWorkbook = (await pool.query("select sku, active, attributes from products order by sku")).rows;
  // The CSV file contains `17.0`. In the workbook, the value of this cell is 17, and only its format adds the `.0`.
  expect(JSON.parse(JSON.stringify(inCsv).replace('"17.0"', '"17"'))).toEqual(inWorkbook);
});

test("the rejected rows of a workbook contain booleans and percentages as the mapping shows them", async () => {
  const workbook = await percentages(row(2, "A-1", "Tisch", [boolean(0), percent("0.175"), value("0.25")]));
  const made = await importBytes(context, workbook, { mapping: TEXTS });
  expect(made).toMatchObject({ created: 0, rejected: 1 });
  const csv = await text(rejectsCsv(pool, made));
  expect(csv).toContain('\nA-1,Tisch,FALSCH,"17,5%",0.25,');
  expect(await importBytes(context, csv.replace(",0.25,", ',"0,5",'), { mapping: TEXTS })).toMatchObject({
    created: 1,
  });
  expect((await pool.query("select active, attributes from products")).rows).toEqual([
    { active: true, attributes: { margin: "17.5", size: "half" } },
  ]);
});

test("without a mapping, a percentage is stored as the cell shows it", async () => {
  const workbook = await makeWorkbook({
    sheets: {
      Liste:
        textRow(1, "SKU", "Name", "Marge", "Rabatt", "VE") +
        row(2, "A-1", "Tisch", ['s="1"><v>0.17</v>', 's="2"><v>0.175</v>', value("0.17")]),
    },
    styles: {
      formats: '<numFmt numFmtId="170" formatCode="0\\ %"/>',
      cells: '<xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="9"/>',
    },
  });
  expect(await importBytes(context, workbook)).toMatchObject({ created: 1 });
  expect((await pool.query("select attributes from products")).rows).toEqual([
    { attributes: { Marge: "17 %", Rabatt: "17.5%", VE: "0.17" } },
  ]);
});
