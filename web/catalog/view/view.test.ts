import { expect, test } from "vitest";
import { formatView, nextSort, parseView, type Sort } from "./view.ts";

test("a view survives a round trip through the URL", () => {
  const query = {
    q: 'active:no brand:"Acme Ltd" lamp',
    sort: "-updated_at",
    columns: "sku,name,attributes.price",
    open: "a/b ü",
  };
  expect(formatView(parseView(query))).toEqual(query);
});

test("the default list has a URL without parameters", () => {
  expect(formatView(parseView({}))).toEqual({});
  expect(formatView(parseView({ sort: "sku", q: " " }))).toEqual({});
});

test("invalid URL parameters are ignored", () => {
  const view = parseView({ sort: "price;drop", q: ["lamp", "bulb"], open: null });
  expect(view).toMatchObject({ sort: { by: "sku", descending: false }, terms: [{ value: "lamp" }], open: null });
});

test("clicks on a header cycle: one direction, the other, then by SKU again", () => {
  const clicks = (column: string) => {
    const first = nextSort({ by: "sku", descending: false }, column);
    const second = nextSort(first, column);
    return [first, second, nextSort(second, column)];
  };
  const sorts = (...all: [string, boolean][]): Sort[] => all.map(([by, descending]) => ({ by, descending }));
  expect(clicks("name")).toEqual(sorts(["name", false], ["name", true], ["sku", false]));
  expect(clicks("updated_at")).toEqual(sorts(["updated_at", true], ["updated_at", false], ["sku", false]));
  expect(clicks("sku")).toEqual(sorts(["sku", true], ["sku", false], ["sku", true]));
});
