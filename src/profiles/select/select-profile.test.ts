// Tests which profile is selected for a file, and which changes of the file's columns are reported.
import { expect, test } from "vitest";
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import { hasOneOf, headerOf } from "./column-names.ts";
import { compareColumns } from "./compare-columns.ts";
import { selectProfile, type KnownProfile } from "./select-profile.ts";

const known = (name: string, definition: ProfileDefinition, more: Partial<KnownProfile> = {}): KnownProfile => ({
  name,
  version: 1,
  built_in: false,
  definition,
  seen_columns: null,
  ...more,
});
const supplier = known("supplier", {
  key: { from: ["Lieferant", "Art.-Nr."], join: ":", need: "all" },
  name: "Bezeichnung",
  attributes: { price: { from: "EK-Preis", number: "1.234,56" } },
});
const HEADER = ["Lieferant", "Art.-Nr.", "Bezeichnung", "EK-Preis", "Farbe"];
const nameOf = (header: string[], profiles: KnownProfile[]): string | undefined =>
  selectProfile(header, profiles).profile?.name;

test("a profile is selected by the columns that it uses, even if the file has new columns", () => {
  expect(nameOf(HEADER, [supplier])).toBe("supplier");
  expect(nameOf([...HEADER, "Neu", "Noch eine"], [supplier])).toBe("supplier");
  expect(
    nameOf(
      HEADER.map((name) => ` ${name.toUpperCase()} `),
      [supplier],
    ),
  ).toBe("supplier");
  expect(
    nameOf(
      HEADER.filter((name) => name !== "EK-Preis"),
      [supplier],
    ),
  ).toBe("supplier");
});

test("an export of Skuport is read without the profile with which its products were imported", () => {
  const magento = known("magento", {
    key: "sku",
    name: "name",
    attributes: { c: "categories", u: "url_key", p: "price" },
  });
  const columns = ["sku", "name", "description", "active", "parent_sku", "categories", "price", "url_key"];
  expect(nameOf(["sku", "name", "categories", "price", "url_key"], [magento])).toBe("magento");
  for (const header of [columns, [...columns, ...REJECT_COLUMNS], columns.toReversed()]) {
    expect(nameOf(header, [magento, { ...magento, seen_columns: columns }])).toBeUndefined();
    const own = known("own", { ...magento.definition, active: "active", parent: "parent_sku" });
    expect(nameOf(header, [magento, own])).toBe("own");
  }
});

test("a profile whose key column is missing is not selected", () => {
  expect(
    nameOf(
      HEADER.filter((name) => name !== "Art.-Nr."),
      [supplier],
    ),
  ).toBeUndefined();
  const all = { ...supplier, seen_columns: HEADER };
  expect(
    nameOf(
      HEADER.filter((name) => name !== "Lieferant"),
      [all],
    ),
  ).toBeUndefined();
});

test("general names alone do not select a profile for a file with many other columns", () => {
  const plain = known("plain", { key: "sku", name: "name", description: "description" });
  expect(nameOf(["sku", "name", "description", "price", "brand", "colour", "size"], [plain])).toBeUndefined();
  expect(nameOf(["sku", "name", "description", "price"], [plain])).toBe("plain");
  expect(nameOf(["sku", "name", "price"], [])).toBeUndefined();
});

test("detect.columns and need, if given, decide whether the profile is selected", () => {
  const shop = known("shop", { key: "code", name: "title", detect: { columns: ["code", "a", "b", "c"], need: 3 } });
  expect(nameOf(["code", "a", "b", "title", "x", "y", "z"], [shop])).toBe("shop");
  expect(nameOf(["code", "a", "title"], [shop])).toBeUndefined();
});

test("a profile that names a root element is selected for no other file than XML, except for its rejected rows", () => {
  const feed = known("feed", {
    file: { kind: "xml" },
    detect: { root: "SHOP" },
    key: "ITEM_ID",
    name: "PRODUCTNAME",
    attributes: { "price-CZK": "PRICE_VAT" },
  });
  const header = ["ITEM_ID", "PRODUCTNAME", "PRICE_VAT"];
  const tree = { record: "SHOP/ITEM", root: "SHOP", namespaces: [], elements: [] };
  expect(selectProfile(header, [feed], tree).profile?.name).toBe("feed");
  expect(selectProfile(header, [feed], { ...tree, root: "items" }).profile).toBeUndefined();
  expect(nameOf(header, [feed])).toBeUndefined();
  expect(nameOf([...header, ...REJECT_COLUMNS], [feed])).toBe("feed");
});

test("a profile that names the records of a JSON file is selected by the paths in the records that were detected", () => {
  const variants = known("variants", {
    file: { kind: "jsonl", each: "variants/*" },
    detect: { columns: ["title/en", "variants/sku", "status"], need: 2 },
    key: "sku",
    name: "../../title/en",
  });
  const header = ["title/en", "status", "variants/sku[]"];
  const tree = { record: "", root: null, namespaces: [], elements: [] };
  expect(selectProfile(header, [variants], tree).profile?.name).toBe("variants");
  expect(selectProfile(["title/en", "other"], [variants], tree).profile).toBeUndefined();
  expect(nameOf(header, [variants])).toBeUndefined();
});

test("the largest overlap wins, a tie selects none, and a stored profile precedes a built-in one", () => {
  const larger = known("larger", {
    ...supplier.definition,
    attributes: { ...supplier.definition.attributes, colour: "Farbe" },
  });
  expect(nameOf(HEADER, [supplier, larger])).toBe("larger");
  const twin = { ...supplier, name: "twin" };
  expect(selectProfile(HEADER, [supplier, twin])).toEqual({ profile: undefined, tied: ["supplier", "twin"] });
  expect(nameOf(HEADER, [{ ...twin, built_in: true }, supplier])).toBe("supplier");
  // If two profiles are otherwise equal, the one whose last file had the same columns is selected.
  expect(nameOf(HEADER, [supplier, { ...twin, seen_columns: HEADER }])).toBe("twin");
});

test("new, missing and renamed columns are found", () => {
  const seen = { ...supplier, seen_columns: HEADER };
  expect(compareColumns(["Lieferant", "Art.-Nr.", "Bezeichnung", "EK-Preis netto", "Gewicht"], seen)).toEqual({
    added: ["EK-Preis netto", "Gewicht"],
    missing: ["EK-Preis", "Farbe"],
    renamed: [{ from: "EK-Preis", to: "EK-Preis netto" }],
  });
  expect(compareColumns(HEADER, seen)).toEqual({ added: [], missing: [], renamed: [] });
  expect(compareColumns(HEADER, supplier)).toMatchObject({ added: ["Farbe"], missing: [] });
  const listed = { ...seen, definition: { ...seen.definition, detect: { columns: HEADER, need: 4 } } };
  expect(compareColumns(HEADER, { ...listed, seen_columns: null })).toEqual({ added: [], missing: [], renamed: [] });
  const later = { ...listed, seen_columns: [...HEADER, "EAN"] };
  expect(compareColumns([...HEADER, "EAN"], listed).added).toEqual(["EAN"]);
  expect(compareColumns([...HEADER, "EAN"], later).added).toEqual([]);
  expect(compareColumns(HEADER.slice(0, 4), later)).toEqual({ added: [], missing: ["Farbe"], renamed: [] });
  const erasing = { ...seen, definition: { ...seen.definition, blank: { remove: ["*"] } } };
  expect(compareColumns([...HEADER, "Gewicht"], erasing)).toMatchObject({ added: ["Gewicht"] });
  const builtIn = { ...supplier, built_in: true };
  expect(compareColumns(HEADER, builtIn)).toMatchObject({ added: [], missing: [] });
});

test("alternatives and patterns are missing only if no column matches", () => {
  const profile = known("p", {
    key: "sku",
    name: ["name-en", "name-de"],
    attributes: { images: { from: "Image {n}", all: true } },
    drop: ["tmp*"],
  });
  expect(compareColumns(["sku", "name-de", "tmp 1", "Image 2"], profile)).toEqual({
    added: [],
    missing: [],
    renamed: [],
  });
  expect(compareColumns(["sku"], profile).missing).toEqual(["name-en"]);
});

test("names may contain an asterisk, or be patterns", () => {
  const matches = (pattern: string, name: string): boolean => hasOneOf(headerOf([name]), [pattern]);
  expect(matches("image {n}", "image 17")).toBe(true);
  expect(matches("image {n}", "image x")).toBe(false);
  expect(matches("*-products", "x_sell-products")).toBe(true);
  expect(matches("*(x,y,z...)", "categories (x,y,z...)")).toBe(true);
  expect(matches("Name *", "name *")).toBe(true);
});

test("profiles with patterns that take too long to compare are not selected, and do not stop the selection of others", () => {
  const long = Array.from({ length: 1900 }, (_, i) => `${"1a".repeat(450)}${i}`);
  const patterns = (seed: number): string[] =>
    Array.from({ length: 200 }, (_, i) => `${"*1".repeat(200)}*{n}*q${seed}-${i}*`);
  const hostile = Array.from({ length: 1000 }, (_, i) =>
    known(`hostile ${i}`, { key: "Lieferant", detect: { columns: patterns(i), need: 1 } }),
  );
  const wild = known("wild", { key: "Lieferant", attributes: { all: { from: ["*", ...patterns(-1)], all: true } } });
  const selected = selectProfile([...HEADER, ...long], [...hostile, wild, { ...supplier, seen_columns: null }]);
  expect(selected).toEqual({ profile: supplier, tied: [] });
  expect(() => compareColumns([...HEADER, ...long], { ...wild, seen_columns: long })).toThrow("too many patterns");
});

test("the columns of the last file include those with a repeated or a blank name", () => {
  const header = ["Nr", "Farbe", "Farbe", "", ""];
  const seenColumns = ["Nr", "Farbe", "Farbe (2)", "Column 4", "Column 5"];
  const profile = known("repeated", { key: "Nr" }, { seen_columns: seenColumns });
  expect(compareColumns(header, profile)).toEqual({ added: [], missing: [], renamed: [] });
  expect(nameOf(header, [profile])).toBe("repeated");
  expect(compareColumns(["Nr", "Farbe", "Neu", "Neu"], profile).added).toEqual(["Neu", "Neu (2)"]);
});

test("the columns that rejects.csv adds are neither new nor missing", () => {
  const profile = known("a", { key: "Nr", name: "Farbe" }, { seen_columns: ["Nr", "Farbe", ...REJECT_COLUMNS] });
  const first = { ...profile, seen_columns: ["Nr", "Farbe"] };
  expect(compareColumns(["Nr", "Farbe"], profile)).toEqual({ added: [], missing: [], renamed: [] });
  expect(compareColumns(["Nr", "Farbe", ...REJECT_COLUMNS], first)).toEqual({ added: [], missing: [], renamed: [] });
});
