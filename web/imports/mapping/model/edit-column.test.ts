import { expect, test } from "vitest";
import type { Draft } from "./draft.ts";
import {
  canRename,
  displacedBy,
  renameAttribute,
  setCombined,
  setKeptToo,
  setMembers,
  setTarget,
} from "./edit-column.ts";
import { readRow, readRows, type ColumnRow } from "./rows.ts";

const NAMES = ["Lieferant", "Art.-Nr.", "Bezeichnung", "Farbe", "EK", "Bild 1", "Bild 2", "sku"];
const columns = NAMES.map((name) => ({
  name,
  target: "attribute" as const,
  confidence: "high" as const,
  samples: [],
  used_for: [],
}));
const DRAFT: Draft = { key: "Art.-Nr.", name: "Bezeichnung" };
const rowOf = (draft: Draft, name: string): ColumnRow => readRow(draft, { name }, NAMES);
const targets = (draft: Draft): Record<string, string> =>
  Object.fromEntries(readRows(draft, columns).map(({ name, target, attribute }) => [name, attribute || target]));

test("each column of the file is a row with its target", () => {
  const draft: Draft = {
    key: { from: ["Lieferant", "art.-nr."], join: ":", need: "all" },
    name: "Bezeichnung",
    attributes: { price: { from: "EK", number: "1.234,56" }, images: { from: "Bild {n}", all: true } },
    drop: ["Fa*"],
  };
  expect(targets(draft)).toEqual({
    Lieferant: "sku",
    "Art.-Nr.": "sku",
    Bezeichnung: "name",
    Farbe: "ignored",
    EK: "price",
    "Bild 1": "images",
    "Bild 2": "images",
    sku: "sku (2)",
  });
  expect(rowOf(draft, "Lieferant")).toMatchObject({ path: "key", sources: ["Lieferant", "art.-nr."], is_plain: true });
  expect(rowOf(draft, "Bild 1")).toMatchObject({ path: "attributes.images", is_plain: false });
  expect(rowOf(draft, "EK").members).toEqual({ from: "EK", number: "1.234,56" });
});

test("`keep`, `also`, `rename`, `split`, `format` and pairs of a profile are shown", () => {
  const draft: Draft = {
    key: "sku",
    keep: ["Farbe", "EK"],
    also: ["sku"],
    rename: { Farbe: "colour" },
    split: { "|": ["Farbe"] },
    format: { "E*": { number: "1.234,56" } },
    pairs: [{ each: "Bild {n}", value: "Bild {n}" }],
  };
  expect(targets(draft)).toMatchObject({ Lieferant: "ignored", Farbe: "colour", EK: "EK", "Bild 1": "used" });
  expect(rowOf(draft, "sku")).toMatchObject({ target: "sku", is_kept_too: true });
  expect(rowOf(draft, "Farbe").members).toEqual({ from: "Farbe", split: "|" });
  expect(rowOf(draft, "EK").members).toEqual({ from: "EK", number: "1.234,56" });
  expect(rowOf(draft, "Bild 1").is_plain).toBe(false);
});

test("a field moves to another column, and its old column becomes an attribute", () => {
  expect(displacedBy(DRAFT, "sku", "Lieferant")).toEqual(["Art.-Nr."]);
  const changed = setTarget(DRAFT, rowOf(DRAFT, "Lieferant"), "sku", NAMES);
  expect(changed).toEqual({ key: "Lieferant", name: "Bezeichnung" });
  expect(targets(changed)).toMatchObject({ Lieferant: "sku", "Art.-Nr.": "Art.-Nr." });
});

test("a column keeps its steps when its target changes, except lists, which only attributes can be", () => {
  const draft: Draft = { ...DRAFT, attributes: { colours: { from: "Farbe", split: "|", case: "upper" } } };
  const described = setTarget(draft, rowOf(draft, "Farbe"), "description", NAMES);
  expect(described).toEqual({ ...DRAFT, description: { from: "Farbe", case: "upper" } });
  const back = setTarget(described, rowOf(described, "Farbe"), "attribute", NAMES);
  expect(back).toEqual({ ...DRAFT, attributes: { Farbe: { from: "Farbe", case: "upper" } } });
});

test("an ignored column is listed in `drop`, and no longer once it is an attribute again", () => {
  const ignored = setTarget(DRAFT, rowOf(DRAFT, "EK"), "ignored", NAMES);
  expect(ignored).toEqual({ ...DRAFT, drop: ["EK"] });
  expect(setTarget(ignored, rowOf(ignored, "EK"), "attribute", NAMES)).toEqual(DRAFT);
  const withoutKey = setTarget(DRAFT, rowOf(DRAFT, "Art.-Nr."), "ignored", NAMES);
  expect(withoutKey).toEqual({ name: "Bezeichnung", drop: ["Art.-Nr."] });
  const dropped: Draft = { ...DRAFT, drop: ["B*"] };
  expect(setTarget(dropped, rowOf(dropped, "Bild 1"), "attribute", NAMES)).toEqual({
    ...dropped,
    attributes: { "Bild 1": "Bild 1" },
  });
});

test("an attribute is renamed in place; the name of its column needs no statement; a reserved or taken name is refused", () => {
  const renamed = renameAttribute(DRAFT, rowOf(DRAFT, "EK"), "price", NAMES);
  expect(renamed).toEqual({ ...DRAFT, attributes: { price: "EK" } });
  expect(renameAttribute(renamed, rowOf(renamed, "EK"), "EK", NAMES)).toEqual(DRAFT);
  const two: Draft = { ...DRAFT, attributes: { a: "EK", b: "Farbe" } };
  expect(Object.keys(renameAttribute(two, rowOf(two, "EK"), "c", NAMES).attributes ?? {})).toEqual(["c", "b"]);
  expect(canRename(two, rowOf(two, "EK"), "b", NAMES)).toBe(false);
  expect(canRename(DRAFT, rowOf(DRAFT, "EK"), "Farbe", NAMES)).toBe(false);
  expect(canRename(two, rowOf(two, "EK"), "EK", NAMES)).toBe(true);
});

test("an attribute whose column is missing from the file gives its name to another column", () => {
  const draft: Draft = { ...DRAFT, attributes: { colour: "Farbton", price: "EK" } };
  expect(canRename(draft, rowOf(draft, "Farbe"), "colour", NAMES)).toBe(true);
  expect(canRename(draft, rowOf(draft, "Farbe"), "price", NAMES)).toBe(false);
  expect(renameAttribute(draft, rowOf(draft, "Farbe"), "colour", NAMES).attributes).toEqual({
    price: "EK",
    colour: "Farbe",
  });
});

test("a column with steps gets a statement, which is removed with the last step", () => {
  const priced = setMembers(DRAFT, rowOf(DRAFT, "EK"), { number: "1.234,56" }, NAMES);
  expect(priced).toEqual({ ...DRAFT, attributes: { EK: { from: "EK", number: "1.234,56" } } });
  expect(setMembers(priced, rowOf(priced, "EK"), { number: undefined }, NAMES)).toEqual(DRAFT);
  const named = setMembers(DRAFT, rowOf(DRAFT, "Bezeichnung"), { case: "upper" }, NAMES);
  expect(named.name).toEqual({ from: "Bezeichnung", case: "upper" });
});

test("steps of `format` and `split` move to the statement that replaces them", () => {
  const draft: Draft = { ...DRAFT, format: { EK: { number: "1.234,56" } }, split: { "|": ["EK", "Farbe"] } };
  expect(setMembers(draft, rowOf(draft, "EK"), { split: undefined, prefix: "x" }, NAMES)).toEqual({
    ...DRAFT,
    split: { "|": ["Farbe"] },
    attributes: { EK: { from: "EK", number: "1.234,56", prefix: "x" } },
  });
});

test("the values of several columns are joined, or the first filled one is used", () => {
  const combined = { names: ["Lieferant", "Art.-Nr."], combination: "join", separator: ":", need_all: true } as const;
  const joined = setCombined(DRAFT, rowOf(DRAFT, "Art.-Nr."), combined, NAMES);
  expect(joined.key).toEqual({ from: ["Lieferant", "Art.-Nr."], join: ":", need: "all" });
  expect(targets(joined)).toMatchObject({ Lieferant: "sku", "Art.-Nr.": "sku" });
  const alone = setTarget(joined, rowOf(joined, "Lieferant"), "attribute", NAMES);
  expect(alone).toEqual(DRAFT);
  const kept = setKeptToo(joined, "Lieferant", true);
  expect(rowOf(kept, "Lieferant")).toMatchObject({ target: "sku", is_kept_too: true });
  expect(setKeptToo(kept, "Lieferant", false)).toEqual(joined);
  const first = setCombined(joined, rowOf(joined, "Lieferant"), { ...combined, combination: "first" }, NAMES);
  expect(first.key).toEqual(["Lieferant", "Art.-Nr."]);
  const images = setCombined(
    DRAFT,
    rowOf(DRAFT, "Bild 1"),
    { names: ["Bild 1", "Bild 2"], combination: "all", separator: "", need_all: false },
    NAMES,
  );
  expect(images.attributes).toEqual({ "Bild 1": { from: ["Bild 1", "Bild 2"], all: true } });
  expect(targets(images)["Bild 2"]).toBe("Bild 1");
});

test("an edit leaves all other statements unchanged", () => {
  const draft: Draft = {
    ...DRAFT,
    match: { attribute: "gtin", as: "gtin" },
    pairs: [{ each: "Bild {n}", value: "Bild {n}" }],
    ignore: [{ blank: "EK" }],
    empty: ["-"],
    attributes: { deep: { from: [{ const: "x" }, "Farbe"], join: "-" } },
  };
  const { attributes, ...others } = renameAttribute(draft, rowOf(draft, "EK"), "price", NAMES);
  const { attributes: before, ...unchanged } = draft;
  expect(others).toEqual(unchanged);
  expect(attributes).toEqual({ ...before, price: "EK" });
  expect(setTarget(draft, rowOf(draft, "Farbe"), "attribute", NAMES)).toBe(draft);
});
