// Tests the parts of a window that are mapped at once.
import { expect, test } from "vitest";
import { recordsOf } from "../../../tests/support/records/map-rows.ts";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";
import { recordTexts } from "../read/field-text.ts";
import { partsOf } from "./window-parts.ts";

const MB = 1 << 20;
const ROWS = Array.from({ length: 100 }, (_, row) => [`s${row}`, "x".repeat(row)]);

test.each([
  [1, 0],
  [1 * MB, 0],
  [100 * MB, 0],
  [1, 10 * MB],
  [1, 100 * MB],
])("the parts contain all records in order (%i copies, %i added bytes)", (copies, addedBytes) => {
  const records = recordsOf(ROWS);
  const rows: string[][] = [];
  for (const part of partsOf(records, { copies, added_bytes: addedBytes }))
    for (let r = 0; r < part.count; r++) rows.push(recordTexts(part, r, CSV));
  expect(rows).toEqual(ROWS);
});

test("a part has values of at most 64 MB, or is one record", () => {
  const parts = [...partsOf(recordsOf(ROWS), { copies: MB, added_bytes: 0 })];
  expect(parts.length).toBeGreaterThan(80);
  for (const { count, start, end } of parts) {
    const bytes = (end[count - 1] as number) - (start[0] as number);
    expect(count === 1 || bytes <= 64 + count).toBe(true);
  }
});

test("a window that is small enough, or has no records, is returned unchanged", () => {
  for (const records of [recordsOf(ROWS), recordsOf([])])
    expect([...partsOf(records, { copies: 3, added_bytes: 1000 })]).toEqual([records]);
});
