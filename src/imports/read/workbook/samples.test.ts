// Reads workbooks as real programs write them, from disk to records. `samples` contains one file of each kind.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCells } from "../../../../tests/support/read-cells.ts";
import { createTestScratch } from "../../../../tests/support/scratch-folder.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { recordTexts } from "../field-text.ts";
import { readFile } from "../read-file.ts";
import type { Table } from "../read-records.ts";
import { describeOtherSheets } from "./other-sheets.ts";

interface Read {
  dialect: Dialect;
  table: Table;
  /** The cells of each record, by line. */
  records: Record<number, string[]>;
}

async function read(name: string, overrides: DialectOverrides = {}): Promise<Read> {
  const read: Partial<Read> & Pick<Read, "records"> = { records: {} };
  await readFile(
    join(import.meta.dirname, "samples", `${name}.xlsx`),
    { overrides, createScratch: createTestScratch },
    {
      onTable(dialect, table) {
        Object.assign(read, { dialect, table });
      },
      onRecords(records) {
        for (let record = 0; record < records.count; record++) {
          read.records[records.line[record] as number] = recordTexts(records, record, read.dialect as Dialect);
        }
      },
    },
  );
  return read as Read;
}

test.each<[string, Record<number, string[]>]>([
  [
    "c50-poi-numbers",
    {
      2: ["17", "Lamp", "4006381333931", "12", "3", "01067"],
      3: ["18", "Desk", "4006381333948", "12.5", "0", "10115"],
      4: ["0", "Minus", "10000000", "90.75", "1000", "01067"],
    },
  ],
  ["c01a-prefix-format", { 2: ["ART-0017", "Lamp C01a", "ART-0017"] }],
  ["c01b-locale-zeros", { 2: ["01067", "Lamp C01b", "01067"] }],
  ["c01f-colour", { 2: ["0017", "Lamp C01f", "0017"] }],
  ["c05-standard", { 2: ["45000.5", "Lamp C05", "45000.5"] }],
  ["c53-header-break-rejects", { 2: ["c53-1", "Lamp", "3"], 3: ["", "Desk", "4"], 4: ["c53-3", "Bed", "5"] }],
])("%s", async (name, records) => {
  expect((await read(name)).records).toEqual(records);
});

test("c11-sheets: the sheet whose header names the SKU and the name wins over one that explains the columns", async () => {
  const { dialect, records } = await read("c11-sheets");
  expect(records).toEqual({ 2: ["c11-1", "Lamp", "3"] });
  expect(dialect.sheets).toEqual([
    { name: "Read me", read: false, has_sku: true },
    { name: "Products", read: true, has_sku: true },
    { name: "Lists", read: false, hidden: true },
  ]);
});

test("c77-hidden-sku: a hidden sheet with a SKU column is reported", async () => {
  const { dialect } = await read("c77-hidden-sku");
  expect(dialect.sheets).toEqual([
    { name: "Cover", read: true, has_sku: false },
    { name: "Data", read: false, hidden: true, has_sku: true },
  ]);
  expect(describeOtherSheets(dialect)).toContain('The sheet "Data" (hidden) has a SKU column.');
});

test("title-rows-and-merged-header", async () => {
  for (const overrides of [{}, { preamble: 3, header: true, header_at: [4, 5] }]) {
    const { dialect, table, records } = await read("title-rows-and-merged-header", overrides);
    expect(table.header).toEqual([
      "Warengruppe",
      "Artikel Nummer",
      "Artikel Name",
      "Preis netto",
      "Preis brutto",
      "Verpackung Einheit",
      "Verpackung Stück",
    ]);
    expect(table.columns.slice(0, 3).map(({ target }) => target)).toEqual(["attribute", "sku", "name"]);
    expect(table.header_line).toBe(5);
    expect(dialect.sheets?.map(({ read }) => read)).toEqual([true, false]);
    expect(Object.keys(records).map(Number)).toEqual([...Array.from({ length: 24 }, (_, row) => row + 6), 31]);
    expect(records[6]).toEqual(["Home", "00000", "Pflanzkelle Ostrel 1", "72.71", "117.28", "Karton", "6"]);
    expect(
      Object.values(records)
        .slice(0, 24)
        .every(([group]) => group === "Home"),
    ).toBe(true);
    // The note below the table has no SKU.
    expect(records[31]).toEqual(["", "", "Alle Preise in Euro", "", "", "", ""]);
  }
});

test("a workbook with a changed bit is refused, or read as if the bit did not matter", async () => {
  const bytes = readFileSync(join(import.meta.dirname, "samples", "title-rows-and-merged-header.xlsx"));
  const { cells } = await readCells(bytes);
  for (let at = 100; at < bytes.length - 600; at += 40) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ (1 << (at % 8));
    const read = await readCells(changed).catch(() => undefined);
    if (read !== undefined) expect(read.cells).toEqual(cells);
  }
});
