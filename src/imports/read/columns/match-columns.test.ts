import { describe, expect, test } from "vitest";
import { countKnownNames, describeMissingSku, matchColumns, unnamedColumns } from "./match-columns.ts";
import { MAX_ATTRIBUTE_NAME_CHARACTERS } from "../../../../contract/catalog/product-limits.ts";

const targets = (...header: string[]): string[] => matchColumns(header).map(({ target }) => target);
const names = (...header: string[]): string[] => matchColumns(header).map(({ name }) => name);

describe("a column's target", () => {
  test.each([
    "sku",
    "SKU",
    " Sku ",
    "Variant SKU",
    "item number",
    "Item-No.",
    "item_no",
    "Item #",
    "Article",
    "Article Number",
    "Artikelnummer",
    "Artikel-Nr.",
    "Art.-Nr.",
    "Product Code",
    "Part Number",
    "Référence article",
    "Código artículo",
    "Codice articolo",
    "Varenummer",
    "商品コード",
    "Артикул",
  ])("%s is the SKU", (name) => {
    expect(targets(name)).toEqual(["sku"]);
  });

  test.each([
    ["name", "name"],
    ["Title", "name"],
    ["Product Name", "name"],
    ["Bezeichnung", "name"],
    ["Désignation", "name"],
    ["Body (HTML)", "description"],
    ["Beschreibung", "description"],
    ["long_description", "description"],
    ["Published", "active"],
    ["Aktiv", "active"],
    ["product_online", "active"],
    ["id", "attribute"],
    ["Handle", "attribute"],
    ["status", "attribute"],
    ["price", "attribute"],
    [" __proto__", "ignored"],
    ["constructor", "attribute"],
    ["reject_reason", "ignored"],
    ["", "attribute"],
  ])("%s is %s", (name, target) => {
    expect(targets(name)).toEqual([target]);
  });

  test("goes to one column: the exact name, then the earlier synonym, then the first column", () => {
    expect(targets("item number", "sku")).toEqual(["attribute", "sku"]);
    expect(targets("article", "item number")).toEqual(["attribute", "sku"]);
    expect(targets("Sku", "SKU")).toEqual(["sku", "attribute"]);
    expect(targets("short description", "description", "body")).toEqual(["attribute", "description", "attribute"]);
  });
});

describe("an attribute's name", () => {
  test("is the trimmed header cell", () => {
    expect(names("  Colour / Finish ", "constructor")).toEqual(["Colour / Finish", "constructor"]);
  });
  test("is numbered by position if the header cell is empty", () => {
    expect(names("sku", " ", "")).toEqual(["sku", "Column 2", "Column 3"]);
  });
  test("is unique", () => {
    expect(names("a", "a", "a (2)", "a")).toEqual(["a", "a (2)", "a (2) (2)", "a (3)"]);
    expect(names("sku", "sku")).toEqual(["sku", "sku (2)"]);
  });
  test("is truncated between characters if it is too long", () => {
    expect(names("x".repeat(1_000))).toEqual(["x".repeat(MAX_ATTRIBUTE_NAME_CHARACTERS)]);
    expect(names("🪑".repeat(1_000))[0]?.isWellFormed()).toBe(true);
  });
});

describe("a column of lists", () => {
  const columns = (...header: string[]): unknown[] => matchColumns(header);

  test("is the attribute without [], and its values are lists", () => {
    expect(columns("Tags[]", " Größe [] ")).toEqual([
      { name: "Tags[]", target: "attribute", attribute: "Tags", is_list: true },
      { name: "Größe[]", target: "attribute", attribute: "Größe", is_list: true },
    ]);
  });
  test("is not a field of the product", () => {
    expect(columns("Title[]", "sku[]")).toMatchObject([
      { attribute: "Title", target: "attribute" },
      { attribute: "sku", target: "attribute" },
    ]);
  });
  test("has a name that no other column has", () => {
    expect(names("Tags", "Tags[]", "Tags[]")).toEqual(["Tags", "Tags (2)[]", "Tags (3)[]"]);
  });
  test("needs a name before []", () => {
    expect(columns("[]", "__proto__[]")).toEqual([
      { name: "[]", target: "attribute" },
      { name: "__proto__[]", target: "attribute" },
    ]);
  });
});

test("a file without a header has no SKU column, and the message lists its columns", () => {
  expect(unnamedColumns(2)).toEqual([
    { name: "Column 1", target: "attribute" },
    { name: "Column 2", target: "attribute" },
  ]);
  expect(describeMissingSku(matchColumns(["qux", "quux"]))).toContain('"qux", "quux"');
  expect(describeMissingSku([])).toContain("none");
});

test("as many equal names as a sheet can have become different attributes", () => {
  const [first, ...others] = names(...Array.from({ length: 16_384 }, () => "a"));
  expect([first, others.at(0), others.at(-1)]).toEqual(["a", "a (2)", "a (16384)"]);
});

test("countKnownNames counts fields, not cells", () => {
  expect(countKnownNames(["SKU", "item number", "Title", "x".repeat(100_000)])).toBe(2);
});
