// Tests the choice of columns by name.
import { expect, test } from "vitest";
import { chooseColumns } from "./choose-columns.ts";
import { matchColumns } from "./match-columns.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";

const chosen = (header: string[], choice: { key?: string; name?: string }): string[][] =>
  chooseColumns(matchColumns(header), header, choice).map(({ name, target }) => [name, target]);

test("a chosen column replaces the recognized one, which becomes an attribute", () => {
  expect(chosen(["sku", "Model", "name"], { key: "Model" })).toEqual([
    ["sku", "attribute"],
    ["Model", "sku"],
    ["name", "name"],
  ]);
});

test("names of columns are not case-sensitive, and white space around them does not matter", () => {
  expect(chosen([" Größe ", "b"], { key: "GRO\u0308ßE", name: "B" })).toEqual([
    ["Größe", "sku"],
    ["b", "name"],
  ]);
});

test("if column names differ only by case, the column with the exact name is chosen", () => {
  expect(chosen(["code", "Code"], { key: "Code" })).toEqual([
    ["code", "attribute"],
    ["Code", "sku"],
  ]);
});

test("an unknown column is refused with the columns of the file", () => {
  const message = 'The file has no column "c". Use one of its columns: "a", "b".';
  expect(() => chosen(["a", "b"], { key: "c" })).toThrow(
    new Problem("no-such-column", message, {
      extra: { headers: ["a", "b"], ...because("column-missing", { column: "c", columns: "a, b" }) },
    }),
  );
});

test("a column that loses its target does not keep a reserved name", () => {
  const header = ["sku", "m", "sku (2)"];
  expect(chooseColumns(matchColumns(header), header, { key: "m" })[0]).toEqual({
    name: "sku",
    target: "attribute",
    attribute: "sku (3)",
  });
});
