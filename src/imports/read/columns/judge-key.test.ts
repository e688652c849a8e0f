// Tests the order of the columns that are offered for the SKU.
import { expect, test } from "vitest";
import { doubtOfKey } from "./judge-key.ts";
import { matchColumns } from "./match-columns.ts";

const offered = (header: string[], rows: string[][]): string[] =>
  doubtOfKey(matchColumns(header, rows), rows)?.candidates.map(({ value }) => value) ?? [];

test("the number of a model is offered before the model, whatever their order", () => {
  const rows = ["1", "2", "3"].map((n) => [`Z-${n}`, `Stuhl ${n}`]);
  const turned = rows.map((cells) => cells.toReversed());
  expect(offered(["Modellnummer", "Modell"], rows)).toEqual(["Modellnummer", "Modell"]);
  expect(offered(["Modell", "Modellnummer"], turned)).toEqual(["Modellnummer", "Modell"]);
  expect(offered(["Foo", "Foonummer"], turned)).toEqual(["Foonummer", "Foo"]);
});

test("two paths with the name of the SKU leave the key in doubt", () => {
  const rows = [
    ["L-1", "L-2", "Lamp"],
    ["M-1", "M-2", "Mug"],
  ];
  expect(offered(["masterVariant/sku", "variants/sku", "name"], rows)).toEqual(["variants/sku", "masterVariant/sku"]);
  expect(offered(["sku", "variants/sku", "name"], rows)).toEqual([]);
  expect(
    offered(
      ["item/sku", "parent/sku", "name"],
      rows.map(([sku = "", , name = ""]) => [sku, "P", name]),
    ),
  ).toEqual([]);
});

test("a column with lists is not offered for the SKU", () => {
  const rows = ["1", "2", "3"].map((n) => [`["V-${n}-S","V-${n}-M"]`, `90${n}`]);
  expect(offered(["variants/sku[]", "id"], rows)).toEqual(["id"]);
});
