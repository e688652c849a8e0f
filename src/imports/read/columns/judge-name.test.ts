// Tests the order of the columns that are offered for the names of products, and the reasons why the recognized column cannot be the name.
import { expect, test } from "vitest";
import { doubtOfName, nameCandidates } from "./judge-name.ts";
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

test("a column that is named like the name is doubted if its values cannot be names", () => {
  const doubt = (...titles: string[]): ReturnType<typeof doubtOfName> => {
    const rows = titles.map((title, n) => [`Y-${n}`, title, `Chair ${n}`]);
    return doubtOfName(matchColumns(["sku", "Title", "Model"], rows), rows);
  };
  expect(doubt("100", "200", "300")).toEqual({ column: "Title", reason: "contains only numbers" });
  expect(doubt("Chair", "Chair", "Chair")).toEqual({ column: "Title", reason: "has the same value in every row" });
  expect(doubt("Desk", "Lamp 7", "1984")).toBeUndefined();
  expect(doubt("100", "200")).toBeUndefined();
  const rows = [
    ["A", "1"],
    ["B", "2"],
    ["C", "3"],
  ];
  const remembered = matchColumns(["sku", "Title"], rows).map((column) => ({ ...column, remembered: true as const }));
  expect(doubtOfName(remembered, rows)).toBeUndefined();
});
