import { expect, test } from "vitest";
import { dateSample } from "./date-sample.ts";
import { columnToJoin } from "./join-key.ts";
import { numberSample } from "./number-sample.ts";
import { suggest } from "./suggest.ts";

test.each([
  [["19,90", "1.049,00"], "1.234,56"],
  [["19,90", "5"], "1.234,56"],
  [["1 234,50", "12,00"], "1 234,56"],
  [["1,234.50", "99.00"], "1,234.56"],
  [["1'234.50", "1'000.00"], "1'234.56"],
  [["19,90 €", "5,00 €"], "1.234,56 €"],
  [["EUR 19,90", "EUR 5,00"], "EUR 1.234,56"],
  [["0,125", "0,250"], "1.234,56"],
  [["1.234.567", "12"], "1.234"],
  [["12.5 kg", "3 kg"], "1234.56 kg"],
  [["1,5", "2,5", "3,5", "4,5", "auf Anfrage"], "1.234,56"],
])("the numbers %o are written like %s", (values, sample) => {
  expect(numberSample(values)).toBe(sample);
});

test.each([
  [["19.90", "5"]],
  [["H00007", "H00008"]],
  [["EUR5", "EUR6"]],
  [["0017", "0018"]],
  [["1.234", "5.678"]],
  [["A-1", "A-2"]],
  [["1.2.3", "1.2.4"]],
  [["1,5", "2.5"]],
  [["1,5", "auf Anfrage"]],
  [["12 kg", "3 g"]],
  [["31.12.2026", "01.02.2026"]],
])("%o are plain numbers, no numbers or unclear", (values) => {
  expect(numberSample(values)).toBeUndefined();
});

test.each([
  [["31.12.2026", "1.2.2026"], "31.12.2026"],
  [["03/14/2026", "01/02/2026"], "12/31/2026"],
  [["14/03/2026"], "31/12/2026"],
  [["2026/03/14"], "2026/12/31"],
  [["01/02/2026"], undefined],
  [["14/03/2026", "03/14/2026"], undefined],
  [["2026-03-14"], undefined],
  [["14.03.2026", "soon"], undefined],
])("the dates %o are written like %s", (values, sample) => {
  expect(dateSample(values)).toBe(sample);
});

test("suggestions fit the values, and are no longer made once the value follows them", () => {
  const kinds = (values: string[], members = {}, isText = false) =>
    suggest(values, members, isText).map(({ kind, text }) => `${kind} ${text}`.trim());
  expect(kinds(["red|blue", "green|red", "black"])).toEqual(["split |"]);
  expect(kinds(["red|blue", "green|red"], { split: "|" })).toEqual([]);
  expect(kinds(["A long sentence about a lamp, with a comma", "Another one, too long for a list"])).toEqual([]);
  expect(kinds(["<p>Lamp</p>", "plain"])).toEqual(["strip_html"]);
  expect(kinds(["a < b", "5 > 3"])).toEqual([]);
  expect(kinds(["19,90", "5,00"], {}, true)).toEqual([]);
  expect(kinds(["19,90", "5,00"])).toEqual(["number 1.234,56"]);
  expect(kinds([""])).toEqual([]);
});

test("if SKUs repeat, the suggested second column makes them distinct but is not distinct by itself", () => {
  const names = ["Name", "Supplier", "No", "Colour"];
  const cells = [
    ["Lamp", "A", "1", "red"],
    ["Desk", "A", "2", "red"],
    ["Chair", "B", "1", "red"],
    ["Total", "", "", ""],
  ];
  expect(columnToJoin({ names, cells }, "No")).toBe("Supplier");
  expect(columnToJoin({ names, cells }, "Name")).toBeUndefined();
  expect(columnToJoin({ names: ["No", "Colour"], cells: cells.map((row) => row.slice(2)) }, "No")).toBeUndefined();
});
