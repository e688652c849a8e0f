import { expect, test } from "vitest";
import type { Column } from "../../../contract/imports/imports.ts";
import { markValue } from "./mark-value.ts";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";

const columns: Column[] = [
  { name: "sku", target: "sku" },
  { name: "active", target: "active" },
  { name: "stock", target: "attribute" },
];

test.each([
  // The cell is found by its column, even if the record contains the value twice.
  ["A1,1,1", "1", "stock", ["A1,1,", "1", ""]],
  ['"A,1","maybe",3', "maybe", "active", ['"A,1",', '"maybe"', ",3"]],
  // Without a column, the value is found only if the record contains it exactly once.
  ["A1,maybe,3", "maybe", null, ["A1,", "maybe", ",3"]],
  ["A1,1,1", "1", null, ["A1,1,1", "", ""]],
  // In an empty cell there is nothing to mark.
  [",x,1", "", "sku", [",x,1", "", ""]],
  ["a", null, null, ["a", "", ""]],
])("%s with %s in %s", (raw, value, column, [before, fault, after]) => {
  expect(markValue({ raw, value, column }, { dialect: CSV, columns })).toEqual({ before, fault, after });
});
