import { describe, expect, test } from "vitest";
import { countKnownNames } from "./column-claims.ts";
import { matchColumns, unfitActiveColumns, unnamedColumns } from "./match-columns.ts";
import { MAX_ATTRIBUTE_NAME_CHARACTERS } from "../../../../contract/catalog/product-limits.ts";

const targets = (...header: string[]): string[] => matchColumns(header).map(({ target }) => target);
const names = (...header: string[]): string[] => matchColumns(header).map(({ name }) => name);

test("the column with the seller's SKU precedes the column with a product's number of another system", () => {
  expect(targets("Produktnummer", "Händler-SKU", "Artikelbezeichnung")).toEqual(["attribute", "sku", "name"]);
});

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
    "Custom SKU",
    "Supplier SKU",
    "sellerSku",
    "Custom label (SKU)",
    "SKU (su código, sin espacios, siempre)",
    "Product Code/SKU",
    "Internal Reference",
    "Reference #",
    "Unsere Artikel-Nr.",
    "code",
    "Код товара",
    "商品コード（SKU）",
    "Código del artículo",
    "Numéro d'article",
    "Κωδικός",
    "Best.-Nr.",
    "#sku",
    "num_articulo",
    "Код_товару",
    "Teile-Nr.",
    "رمز المنتج",
  ])("%s is the SKU", (name) => {
    expect(targets(name)).toEqual(["sku"]);
  });

  test.each([
    ["name", "name"],
    ["Title", "name"],
    ["Product Name", "name"],
    ["Bezeichnung", "name"],
    ["Désignation", "name"],
    ["Ürün Adı", "name"],
    ["Désignation de l'article", "name"],
    ["Name\nof\nproduct", "name"],
    ["Descripción del producto", "description"],
    ["Body (HTML)", "description"],
    ["Beschreibung", "description"],
    ["long_description", "description"],
    ["Published", "active"],
    ["Aktiv", "active"],
    ["product_online", "active"],
    ["Name *", "name"],
    ["Nombre (hasta 80 letras, siempre)", "name"],
    ["Товар", "name"],
    ["Название_позиции", "name"],
    ["Назва_позиції", "name"],
    ["Nombre comercial", "name"],
    ["اسم المنتج", "name"],
    ["제품명", "name"],
    ["Artikeltext1", "name"],
    ["Наименование номенклатуры", "name"],
    ["Nr katalogowy", "sku"],
    ["SUPPLIER_AID", "sku"],
    ["Active (0/1)", "active"],
    ["Product Visible?", "active"],
    ["id", "attribute"],
    ["Product ID", "attribute"],
    ["Parent SKU", "parent_sku"],
    ["SKU type", "attribute"],
    ["Manufacturer reference", "attribute"],
    ["related_skus", "attribute"],
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
    expect(targets("Item number", "Custom label (SKU)")).toEqual(["attribute", "sku"]);
    expect(targets("Item ID", "Ref")).toEqual(["attribute", "sku"]);
    expect(targets("Artikel-ID", "Code")).toEqual(["attribute", "sku"]);
    expect(targets("Supplier reference #", "Reference #", "Product ID")).toEqual(["attribute", "sku", "attribute"]);
    expect(targets("Sku", "SKU")).toEqual(["sku", "attribute"]);
    expect(targets("short description", "description", "body")).toEqual(["attribute", "description", "attribute"]);
  });
});

describe("the values of the first rows", () => {
  const targetsOf = (header: string[], ...rows: string[][]): string[] =>
    matchColumns(header, rows).map(({ target }) => target);

  test("a blank column never wins over a filled one", () => {
    expect(targetsOf(["sku", "Artikelnummer", "name", "title"], ["", "A", "", "Lamp"])).toEqual([
      "attribute",
      "sku",
      "attribute",
      "name",
    ]);
    expect(targetsOf(["sku", "name"], ["", "Lamp"])).toEqual(["sku", "name"]);
  });

  test("a column that is named like the active column but has other values is an attribute", () => {
    const header = ["sku", "published", "enabled"];
    const rows = [
      ["A", "2021-03-04", "1"],
      ["B", "2019", "0"],
    ];
    expect(targetsOf(header, ...rows)).toEqual(["sku", "attribute", "active"]);
    expect(unfitActiveColumns(matchColumns(header, rows), rows)).toEqual([]);
    const dates = rows.map((cells) => cells.slice(0, 2));
    expect(unfitActiveColumns(matchColumns(header.slice(0, 2), dates), dates)).toEqual([
      { name: "published", target: "attribute" },
    ]);
  });
});

describe("an attribute's name", () => {
  test("is the trimmed header cell", () => {
    expect(names("  Colour / Finish ", "constructor")).toEqual(["Colour / Finish", "constructor"]);
  });
  test("is numbered by position if the header cell is empty", () => {
    expect(names("sku", " ", "")).toEqual(["sku", "Column 2", "Column 3"]);
  });
  test("is composed, so that names that look alike are one name", () => {
    expect(names("Größe", "Gro\u0308ße")).toEqual(["Größe", "Größe (2)"]);
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

test("a file without a header has no SKU column", () => {
  expect(unnamedColumns(2)).toEqual([
    { name: "Column 1", target: "attribute" },
    { name: "Column 2", target: "attribute" },
  ]);
});

test("equal names become different attributes, even if a sheet has the maximum number of columns", () => {
  const [first, ...others] = names(...Array.from({ length: 16_384 }, () => "a"));
  expect([first, others.at(0), others.at(-1)]).toEqual(["a", "a (2)", "a (16384)"]);
});

test("countKnownNames counts fields, not cells", () => {
  expect(countKnownNames(["SKU", "item number", "Title", "x".repeat(100_000)])).toBe(2);
});
