import { expect, test } from "vitest";
import type { Preview } from "../../../../contract/imports/imports.ts";
import { CSV } from "../../../../tests/support/records/csv-dialect.ts";
import { outcomesOf } from "./outcomes.ts";
import { ruleFor } from "./rule-for.ts";

const column = (name: string): Preview["columns"][number] => ({
  name,
  target: "attribute",
  confidence: "high",
  samples: [],
});

test("rows without a product are listed with the reason; a rejected row below the first rows has its cells, so that rows like it can be skipped", () => {
  const reject = {
    row: 201,
    line: 202,
    column: null,
    code: "sku_empty",
    message: "",
    value: null,
    raw: '"",Sum,"1,5"',
  };
  const preview = {
    rows: [
      { line: 2, cells: ["A-1", "Lamp", ""] },
      { line: 3, cells: ["", "", "9"] },
    ],
    ignored_rows: [{ line: 3, code: "adds" }],
    columns: [column("Nr"), column("Name"), column("Price")],
    products: [],
    rejects: [reject],
    mapping: { key: "Nr" },
    dialect: CSV,
    problem: null,
  } as unknown as Preview;
  const [first, adding, last] = outcomesOf(preview);
  expect(adding).toMatchObject({ line: 3, outcome: { kind: "ignored", code: "adds" } });
  expect(first).toMatchObject({ line: 2, outcome: { kind: "left_out" } });
  const cells = [
    { name: "Name", value: "Sum" },
    { name: "Price", value: "1,5" },
  ];
  expect(last).toEqual({ line: 202, cells, outcome: { kind: "rejected", reject } });
  expect(last && ruleFor(last, "Nr")).toEqual({ column: "Nr", relation: "blank", text: "" });
});

test("if the file lacks the column of the key, its rows are not said to be left out", () => {
  const preview = {
    rows: [{ line: 2, cells: ["Lamp"] }],
    ignored_rows: [],
    columns: [column("Name")],
    products: [],
    rejects: [],
    mapping: { key: "Nr" },
    dialect: CSV,
    problem: { option: "key" },
  } as unknown as Preview;
  expect(outcomesOf(preview)).toMatchObject([{ line: 2, outcome: { kind: "unknown" } }]);
});
