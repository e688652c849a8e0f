// Tests the order of the columns that are offered for the names of products.
import { expect, test } from "vitest";
import { nameCandidates } from "./judge-name.ts";
import { matchColumns } from "./match-columns.ts";

const offered = (header: string[], ...rows: string[][]): [string, string | undefined][] =>
  nameCandidates(matchColumns(header, rows), rows).map(({ value, reason }) => [value, reason]);

test("different words are offered before codes, and columns that cannot be names come last with the reason", () => {
  const rows = Array.from({ length: 9 }, (_, n) => [
    `Y-${n}`,
    "blau",
    `P${n % 2}`,
    `${n},50 €`,
    `https://shop.test/${n}`,
    `Stuhl ${n}`,
  ]);
  expect(offered(["sku", "Farbton", "Rabatt", "Preis", "Bild", "Modell"], ...rows)).toEqual([
    ["Modell", undefined],
    ["Rabatt", undefined],
    ["Bild", "contains only addresses"],
    ["Preis", "contains only numbers"],
    ["Farbton", "has the same value in every row"],
  ]);
});

test("a file whose other columns are all numbers still offers them", () => {
  expect(offered(["sku", "Preis", "Bestand"], ["A-1", "1,50", "1"], ["A-2", "2,50 EUR", "2"])).toEqual([
    ["Preis", "contains only numbers"],
    ["Bestand", "contains only numbers"],
  ]);
});
