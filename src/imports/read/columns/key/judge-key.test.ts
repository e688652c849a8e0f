// Tests the order of the columns that are offered for the SKU.
import { expect, test } from "vitest";
import { doubtOfKey } from "./judge-key.ts";
import { matchColumns } from "../match-columns.ts";

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

test("the name of the SKU with a number, and a compound that ends with it, are offered first", () => {
  const rows = ["1", "2", "3"].map((n) => [`10${n}.85`, `Z-${n}`, `img-${n}.jpg`]);
  expect(offered(["Hauptartikelnr", "artnr1", "Bildname"], rows)).toEqual(["Hauptartikelnr", "artnr1"]);
});

test("bar codes are offered in several languages, also if they repeat", () => {
  const rows = ["1", "2", "1"].map((n) => [`400638133393${n}`, "Lampe", "7,50"]);
  for (const name of ["Code EAN", "Código de barras", "Штрихкод", "바코드", "Kod kreskowy"])
    expect(offered([name, "Typ", "Preis"], rows)).toEqual([name]);
});

test("columns that are named like prices, stocks or pictures are not offered beside other codes", () => {
  const rows = ["1", "2", "3"].map((n) => [`mug-${n}`, `7${n}`, `2${n}`, `img/${n}.jpg`, `${n},50 €`]);
  expect(offered(["Kurzname", "Menge", "Цена", "Фото", "Betrag"], rows)).toEqual(["Kurzname"]);
  const alone = rows.map(([, stock = "", , , price = ""]) => [stock, price]);
  expect(offered(["Menge", "Betrag"], alone)).toEqual(["Menge"]);
});

test("the texts of a file without codes are offered with a reason, except prices and repeated texts", () => {
  const rows = ["rot", "blau", "grün", "weiß"].map((colour, n) => [`Stuhl ${colour}`, "Möbel aus Holz", `${n}9,90 €`]);
  const asked = doubtOfKey(matchColumns(["Bezeichnung", "Bereich", "Preis"], rows), rows);
  expect(asked?.candidates).toMatchObject([{ value: "Bezeichnung", reason: "contains texts instead of codes" }]);
  const numbered = rows.map((cells, n) => [String(n + 1), ...cells]);
  expect(offered(["Zeile", "Bezeichnung", "Bereich", "Preis"], numbered)).toEqual(["Bezeichnung", "Zeile"]);
  expect(offered(["Nr", "Bezeichnung", "Bereich", "Preis"], numbered)).toEqual(["Nr", "Bezeichnung"]);
});

test("a clear name of the SKU is doubted if most of 20 rows lack it and another column can be the key", () => {
  const rows = (count: number): string[][] =>
    Array.from({ length: count }, (_, n) => [
      n % 4 === 0 ? `A-${n}` : "",
      `Stuhl ${"abcdefghijklmnopqrst"[n % 20]}x aus Holz`,
    ]);
  expect(offered(["sku", "name"], rows(20))).toEqual(["sku", "name"]);
  expect(offered(["sku", "name"], rows(19))).toEqual([]);
  const alike = rows(20).map(([sku = ""]) => [sku, "Stuhl aus Holz"]);
  expect(offered(["sku", "name"], alike)).toEqual([]);
});
