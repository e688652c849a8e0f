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
