import { expect, test } from "vitest";
import { CSV } from "../../../../tests/support/records/csv-dialect.ts";
import { figuresOf, rowsOf } from "./figures.ts";

const key = { column: "Nr", rows: 9, blank: 1, distinct: 4, in_catalogue: 0 };

test("the figures of the scan are used if there are any; rows with a repeated SKU and deletions are not products", () => {
  expect(figuresOf(10, { rows: 10, rejected: 2, ignored: 1, deleted: 1, adds: 0, key }, null)).toEqual({
    rows: 10,
    products: 3,
    replaced: 3,
    rejected: 2,
    ignored: 1,
    deleted: 1,
    adds: 0,
    of: 10,
    is_exact: true,
  });
});

test("the figures of a sample are exact if it contains the whole file", () => {
  const sample = { sample_size: 10, rejected: 1, ignored: 1, deleted: 1, adds: 0, superseded: 3 };
  expect(figuresOf(10, undefined, sample)).toMatchObject({ rows: 10, products: 4, replaced: 3, is_exact: true });
  expect(figuresOf(5000, undefined, sample)).toMatchObject({ rows: 5000, products: 4, of: 10, is_exact: false });
  expect(figuresOf(null, undefined, sample)).toMatchObject({ rows: null, of: 10, is_exact: false });
  expect(figuresOf(10, undefined, null)).toBeUndefined();
});

test("a small text file is in the sample as a whole, so its rows are known before the scan has ended", () => {
  const dialect = { ...CSV, format: "text" as const };
  expect(rowsOf({ rows: null, size: 50 }, { sample_size: 2, dialect })).toBe(2);
  expect(rowsOf({ rows: 7, size: 50 }, { sample_size: 2, dialect })).toBe(7);
  expect(rowsOf({ rows: null, size: 5_000_000 }, { sample_size: 2, dialect })).toBeNull();
  expect(rowsOf({ rows: null, size: 50 }, { sample_size: 2, dialect: { ...dialect, format: "gzip" } })).toBeNull();
  expect(rowsOf({ rows: null, size: 50 }, null)).toBeNull();
});
