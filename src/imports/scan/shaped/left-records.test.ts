// Tests how the records that do not become products are listed and counted.
import { expect, test } from "vitest";
import { CSV_WITHOUT_HEADER as DIALECT } from "../../../../tests/support/records/csv-dialect.ts";
import { createRecords, type Records } from "../../read/records.ts";
import { splitRecords } from "../../read/split-records.ts";
import { createSplitter } from "../../read/splitter.ts";
import { createLeftList } from "./left-records.ts";

const COLUMNS = [{ name: "sku", target: "used" as const }];

function recordOf(text: string): Records {
  const bytes = Buffer.from(text);
  const records = createRecords();
  splitRecords(createSplitter(DIALECT, 1), { bytes, from: 0, to: bytes.length, at_end: true }, records);
  return records;
}

test("rows that are rejected with the product of an earlier row do not end the scan", () => {
  const left = createLeftList(COLUMNS, DIALECT);
  const records = recordOf("s\n");
  const products = 12_000;
  for (let row = 1; row <= products; row++) {
    left.reject({ records, r: 0, row: products + row }, "does_not_fit", 0);
    if (row % 2 === 0) left.reject({ records, r: 0, row }, "does_not_fit", 0);
  }
  expect(left.rejected).toBe(18_000);
  expect(left.tooManyRejects(products)).toBeUndefined();
});

test("the scan ends if nearly all rows are rejected", () => {
  const left = createLeftList(COLUMNS, DIALECT);
  const records = recordOf("s\n");
  for (let row = 1; row <= 10_000; row++) left.reject({ records, r: 0, row }, "does_not_fit", 0);
  expect(left.tooManyRejects(10_000)).toMatchObject({ slug: "nearly-all-rejected" });
});

test("the list is full when its rows need much memory, and empty after they were taken", () => {
  const left = createLeftList(COLUMNS, DIALECT);
  const records = recordOf(`${"x".repeat(100_000)}\n`);
  let rows = 0;
  while (!left.is_full && rows < 100) left.reject({ records, r: 0, row: ++rows }, "does_not_fit", 0);
  expect(rows).toBeLessThan(50);
  expect(left.take()).toHaveLength(rows);
  expect(left.is_full).toBe(false);
});
