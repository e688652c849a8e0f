import { expect, test } from "vitest";
import { filterOf } from "../search/list-filter.ts";
import { formatView, nextSort, parseView, type Sort } from "./view.ts";

test("a view survives a round trip through the URL", () => {
  const query = {
    q: 'active:no brand:"Acme Ltd" lamp',
    accents: "exact",
    fold: "true",
    sort: "-updated_at",
    columns: "sku,name,attributes.price",
    open: "a/b ü",
  };
  expect(formatView(parseView(query))).toEqual(query);
});

test("accents are ignored unless the URL requires them", () => {
  expect(parseView({ search: "creme" }).accents).toBe("ignore");
  expect(parseView({ search: "creme", accents: "ignore" }).accents).toBe("ignore");
  expect(parseView({ search: "creme", accents: "exact" }).accents).toBe("exact");
});

test("the default list has a URL without parameters", () => {
  expect(formatView(parseView({}))).toEqual({});
  expect(formatView(parseView({ sort: "sku", q: " " }))).toEqual({});
});

test("invalid URL parameters are ignored", () => {
  const view = parseView({ sort: "price;drop", q: ["lamp", "bulb"], open: null });
  expect(view).toMatchObject({ sort: { by: "sku", descending: false }, terms: [{ value: "lamp" }], open: null });
});

const NOW = new Date("2026-11-25T15:00:00Z");

test.each([
  { search: "lamp" },
  { search: 'brass "desk lamp" a:b https://example.org' },
  { search: "lamp", sku: "AB*", name: "Tisch lampe", description: '50% "off"', active: false },
  { created_in: 41, changed_in: 42, updated_since: "2026-11-01T10:00:00.000Z" },
  { "attributes.Brand": "Acme Ltd", "attributes.colour": "*", "attributes.Size: cm": "\\*" },
  {
    "attributes.active": "perhaps",
    "attributes.Aktiv": "ja",
    "attributes.attributes.x": "y",
    "attributes.has": "brand",
  },
])("the API's filter %j works in the URL of the page", (filter) => {
  const link = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]));
  const view = parseView({ ...link, accents: "exact", sort: "-name", limit: "50" });
  expect(filterOf(view, ["Brand"], NOW)).toEqual(filter);
  expect(view.sort).toEqual({ by: "name", descending: true });
  // The URL that the page itself makes for this view shows the same list.
  expect(filterOf(parseView(formatView(view)), ["Brand"], NOW)).toEqual(filter);
});

test("repeated clicks on a column header sort by the column, then in the other direction, then by SKU again", () => {
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
