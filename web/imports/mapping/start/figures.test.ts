import { expect, test } from "vitest";
import { figuresOf } from "./figures.ts";

const key = { column: "Nr", rows: 9, blank: 0, distinct: 9, in_catalogue: 0 };

test("the figures of the scan are used if there are any", () => {
  expect(figuresOf(10, { rows: 10, rejected: 2, ignored: 1, key }, null)).toEqual({
    rows: 10,
    imported: 7,
    rejected: 2,
    ignored: 1,
    of: 10,
  });
});

test("the figures of a sample are exact if it contains the whole file", () => {
  const sample = { sample_size: 10, rejected: 2, ignored: 1 };
  expect(figuresOf(10, undefined, sample)).toMatchObject({ rows: 10, imported: 7, of: 10 });
  expect(figuresOf(5000, undefined, sample)).toMatchObject({ rows: 5000, imported: null, of: 10 });
  expect(figuresOf(null, undefined, sample)).toMatchObject({ rows: 10, imported: null });
  expect(figuresOf(10, undefined, null)).toBeUndefined();
});
