import { expect, test } from "vitest";
import { CSV } from "../../../../tests/support/records/csv-dialect.ts";
import { recordsOf } from "../../../../tests/support/records/map-rows.ts";
import { KeyTable } from "../../keys/key-table.ts";
import { layoutOf } from "../../layout.ts";
import { HeaderTest } from "../../read/fit/header-rows.ts";
import { typedColumns } from "./cell-rules.ts";
import { OrdinaryRows } from "./ordinary-rows.ts";
import { RowKeys } from "./row-keys.ts";

const HEADER = ["sku", "name", "active"];
const LONG_RECORD = 40;

function marksOf(rows: readonly (readonly string[])[]): number[] {
  const layout = layoutOf([
    { name: "sku", target: "sku" },
    { name: "name", target: "name" },
    { name: "active", target: "active" },
  ]);
  const records = recordsOf(rows);
  const keys = new RowKeys(new KeyTable(), layout, CSV, false);
  keys.prepare(records);
  const header = new HeaderTest(HEADER, layout.sku, CSV);
  const typed = typedColumns(layout, () => []);
  const ordinary = new OrdinaryRows({ layout, keys, header, typed, long_record: LONG_RECORD });
  return [...ordinary.mark(records).subarray(0, records.count)];
}

test.each([[["A-1", "Lamp", ""]], [["a 2", "Lämpchen", "yes"]], [["4006381333931", "x", "no"]]])(
  "the row %j is ordinary",
  (row) => {
    expect(marksOf([row])).toEqual([1]);
  },
);

test.each([
  ["a blank SKU", ["", "Lamp", ""]],
  ["a damaged SKU", ["1.0E+12", "Lamp", ""]],
  ["a SKU that may be a date", ["12-Mar", "Lamp", ""]],
  ["a SKU that may be a total", ["Total", "Lamp", ""]],
  ["no name", ["A-1", "", ""]],
  ["a name of blanks", ["A-1", "  ", ""]],
  ["a name that is not ASCII at its beginning", ["A-1", "Öllampe", ""]],
  ["a value that is neither yes nor no", ["A-1", "Lamp", "perhaps"]],
  ["too few cells", ["A-1", "Lamp"]],
  ["too many cells", ["A-1", "Lamp", "", ""]],
  ["a length at which a value may be too long", ["A-1", "L".repeat(LONG_RECORD), ""]],
  ["the header's names", HEADER],
])("a row with %s is not ordinary, but its neighbours are", (_, row) => {
  const neighbour = ["B-1", "Lamp", "no"];
  expect(marksOf([neighbour, row, neighbour])).toEqual([1, 0, 1]);
});
