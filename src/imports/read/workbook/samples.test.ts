// Reads workbooks as real programs write them, from disk to records. `samples` contains one file of each kind.
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestScratch } from "../../../../tests/support/scratch-folder.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { recordTexts } from "../field-text.ts";
import { readFile } from "../read-file.ts";
import type { Table } from "../read-records.ts";

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
