import { expect, test } from "vitest";
import { listCellText } from "./list-cell.ts";

test.each([
  ["tags[]", '["Home","Textiles"]', "Home, Textiles"],
  ["tags[]", "Home", "Home"],
  ["tags[]", '["Home","Texti', "Home, …"],
  ["tags[]", '["Home', '["Home'],
  ["tags[]", "[1]", "[1]"],
  ["tags", '["Home"]', '["Home"]'],
])("in the column %s, the cell %s is shown as %s", (column, cell, shown) => {
  expect(listCellText(column, cell)).toBe(shown);
});
