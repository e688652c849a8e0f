import { expect, test } from "vitest";
import { facetFor, suggest } from "./suggest.ts";

const ATTRIBUTES = ["Brand", "Net weight", "colour"];
const words = (typed: string, facet: { value: string; count: number }[] = []) =>
  suggest(typed, ATTRIBUTES, facet).map((found) =>
    found.kind === "value" ? `${found.term.field ?? ""}=${found.term.value}` : found.typed,
  );

test("an empty box suggests all operators and attributes", () => {
  expect(words("")).toEqual([
    ..."sku: name: description: active: parent: updated: created_in: changed_in: has: Brand:".split(" "),
    '"Net weight":',
    "colour:",
  ]);
});

test.each([
  ["BR", ["Brand:"]],
  ["Akt", ["active:"]],
  ["aktiv:", ["active=yes", "active=no"]],
  ["n", ["name:", '"Net weight":']],
  ["active:", ["active=yes", "active=no"]],
  ["active:n", ["active=no"]],
  ["has:c", ["has=colour"]],
  ["sku:A", []],
  ["zzz", []],
])("%j suggests %j", (typed, offered) => {
  expect(words(typed)).toEqual(offered);
});

test("an attribute suggests its values, most frequent first", () => {
  const facet = [
    { value: "Acme Ltd", count: 900 },
    { value: "Bolt", count: 20 },
  ];
  expect(words("brand:", facet)).toEqual(["Brand=Acme Ltd", "Brand=Bolt"]);
  expect(words('"net weight":"b', facet)).toEqual(["Net weight=Bolt"]);
});

test("values are loaded only for a known attribute", () => {
  expect(facetFor("bra", ATTRIBUTES)).toBeNull();
  expect(facetFor("brand:Ac", ATTRIBUTES)).toEqual({ attribute: "Brand", start: "Ac" });
  expect(facetFor("sku:Ac", ATTRIBUTES)).toBeNull();
  expect(facetFor("strange:Ac", ATTRIBUTES)).toBeNull();
});
