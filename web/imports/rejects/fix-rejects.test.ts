import { expect, test } from "vitest";
import type { Column, Dialect, Reject } from "../../../contract/imports/imports.ts";
import { fixedFile, fixTable } from "./fix-rejects.ts";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";

const dialect: Dialect = { ...CSV, delimiter: ";" };
const columns: Column[] = [
  { name: "sku", target: "sku" },
  { name: "reject_reason", target: "ignored" },
  { name: "active", target: "active" },
  { name: "size", target: "attribute" },
];
const reject = (raw: string, column: string | null = null): Reject => ({
  row: 3,
  line: 4,
  column,
  value: null,
  code: "not_yes_or_no",
  message: "",
  raw,
});

test("a rejected row is split into the file's own columns, and the rejected cell is identified", () => {
  const table = fixTable([reject('"A;1";;perhaps;XL', "active")], { columns, dialect });
  expect(table.names).toEqual(["sku", "active", "size"]);
  expect(table.rows).toEqual([{ row: 3, line: 4, fault: 1, cells: ["A;1", "perhaps", "XL"] }]);
});

test("the SKU and the rejected cells come first", () => {
  const rejects = [reject("A1;;yes;L", "size"), reject("A2;;no;L")];
  expect(fixTable(rejects, { columns, dialect }).order).toEqual([0, 2, 1]);
});

test("a short row is padded; extra cells of a long row are kept", () => {
  const table = fixTable([reject("A1"), reject("A2;;yes;L;more;")], { columns, dialect });
  expect(table.rows.map(({ cells }) => cells)).toEqual([
    ["A1", "", ""],
    ["A2", "yes", "L", "more", ""],
  ]);
});

test("a truncated row cannot be fixed on the page", () => {
  expect(fixTable([reject("x".repeat(10_000))], { columns, dialect })).toMatchObject({ rows: [], too_long: 1 });
});

test("the fixed rows become a file; empty extra cells are dropped", () => {
  const file = fixedFile(
    [
      ["A;1", "yes", "X,L"],
      ["A2", "no", "", ""],
    ],
    { columns, dialect },
  );
  expect(file).toBe('sku,active,size\r\nA;1,yes,"X,L"\r\nA2,no,\r\n');
});

test("without a header, columns are named after their targets", () => {
  const headless = { ...dialect, header: false };
  const named: Column[] = [
    { name: "Column 1", target: "sku" },
    { name: "Column 2", target: "attribute" },
  ];
  expect(fixedFile([["A", "b"]], { columns: named, dialect: headless })).toBe("sku,Column 2\r\nA,b\r\n");
});
