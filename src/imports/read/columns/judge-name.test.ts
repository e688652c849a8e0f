// Tests which columns are offered for the names of products, and the reasons why the recognized column cannot be the name.
import { expect, test } from "vitest";
import { doubtOfName, nameCandidates } from "./judge-name.ts";
import { matchColumns } from "./match-columns.ts";

const offered = (header: string[], ...rows: string[][]): string[] =>
  nameCandidates(matchColumns(header, rows), rows).map(({ value }) => value);

test("only columns whose values look like names are offered", () => {
  const rows = Array.from({ length: 9 }, (_, n) => [
    `Y-${n}`,
    "blau",
    `P${n % 2}`,
    `${n},50 €`,
    `https://shop.test/${n}`,
    `Stuhl ${n}`,
    ["active", "draft"][n % 2] ?? "",
    `img/${"abcdefghi"[n]}.jpg`,
    ["yes", "no"][n % 2] ?? "",
    `["Stuhl ${n}","Sessel ${n}"]`,
    ["rot", "grün", "weiß"][n % 3] ?? "",
    `40063813339${n}`,
    `Ein Stuhl mit vier Beinen, Nummer ${n}. ${"Er ist aus Holz und sehr bequem. ".repeat(5)}`,
  ]);
  const header = ["sku", "Farbton", "Rabatt", "Preis", "Bild", "Modell", "Status", "Datei", "Sichtbar", "Namen[]"];
  expect(offered([...header, "Farbe", "GTIN", "Text"], ...rows)).toEqual(["Modell", "Text"]);
});

test("single words are offered if no column contains phrases", () => {
  const rows = ["Anna", "Bert", "Carl", "Dora"].map((model, n) => [`Y-${n}`, model, `AB-${n}`, `${n}.5`]);
  expect(offered(["sku", "Linie", "Code B", "Preis"], ...rows)).toEqual(["Linie"]);
});

test("a column that is named like the description precedes notes and brands", () => {
  const rows = ["Anna", "Bert", "Carl", "Dora"].map((model, n) => [
    `Y-${n}`,
    `Sehr beliebt ${model}`,
    `Stuhl ${model}`,
  ]);
  expect(offered(["sku", "Bemerkung", "Omschrijving"], ...rows)).toEqual(["Omschrijving", "Bemerkung"]);
});

test("nothing is offered if no column looks like names", () => {
  expect(offered(["sku", "Preis", "Bestand"], ["A-1", "1,50", "1"], ["A-2", "2,50 EUR", "2"])).toEqual([]);
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
