import { expect, test } from "vitest";
import { isGtin } from "./gtin.ts";
import { listedValues, withEntry } from "./value-map.ts";

test.each([
  ["4006381333931", true],
  ["96385074", true],
  ["4006381333932", false],
  ["40063813339", false],
  ["A-1", false],
])("%s is a GTIN: %s", (text, expected) => {
  expect(isGtin(text)).toBe(expected);
});

test("the values of the map and of the first rows are listed once, whatever their case", () => {
  expect(listedValues({ Rot: "red" }, ["rot", " blau ", "", "Blau"], undefined)).toEqual(["Rot", "blau"]);
  expect(listedValues({}, ["rot|blau", "blau | gelb"], "|")).toEqual(["rot", "blau", "gelb"]);
});

test("entries keep their position, and an empty text removes an entry", () => {
  expect(withEntry({ a: "1", b: "2" }, "a", "3")).toEqual({ a: "3", b: "2" });
  expect(withEntry({ a: "1" }, "b", "2")).toEqual({ a: "1", b: "2" });
  expect(withEntry({ a: "1" }, "a", "")).toEqual({});
});
