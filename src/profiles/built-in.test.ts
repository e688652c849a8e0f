// The built-in profiles: a sample export of each program selects its profile by its columns, and gives the expected products.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { builtInProfiles } from "./built-in.ts";
import { runTests } from "./tests/run-tests.ts";
import { import_query } from "../../contract/imports/imports.ts";
import { previewFile } from "../imports/preview/preview.ts";

const FIXTURES = join(import.meta.dirname, "../../tests/fixtures/profiles");

interface Expected {
  files: string[];
  /** A file that must be imported before `files`; null = none. */
  before: string | null;
  rejects: unknown[];
  products: { sku: string; description: string | null; parent_sku: string | null }[];
}

const known = builtInProfiles().map((profile) => ({ ...profile, version: 1, built_in: true, seen_columns: null }));
const options = import_query.parse({});

const withBlanks = (product: Expected["products"][number]) => ({
  ...product,
  description: product.description ?? "",
  parent_sku: product.parent_sku ?? "",
});
const bySku = <Product extends { sku: string }>(list: Product[]): Product[] =>
  list.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));

test.each([
  ["akeneo-suffixes", "Akeneo"],
  ["prestashop", "PrestaShop"],
  ["openai-feed", "OpenAI product feed"],
])("the export %s is recognized as %s, and all its products are right", async (shape, name) => {
  const folder = join(FIXTURES, shape);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const bytes = readFileSync(join(folder, expected.files[0] as string));
  const result = await previewFile(bytes, true, options, { known, shown: 1000 });
  expect(result).toMatchObject({ profile: { name, built_in: true }, problem: null, notices: [] });
  expect(result.rejected).toBe(expected.rejects.length);
  const products = result.products.map(({ row: _row, line: _line, ...product }) => product);
  expect(bySku(products)).toEqual(bySku(expected.products.map(withBlanks)));
});

/** Maps the folders of tests/fixtures/shapes and tests/fixtures/imports that contain a file of a known program to the expected profile. */
const SHAPES: Record<string, string> = {
  "akeneo-suffixes": "Akeneo",
  "amazon-flat-3-headers": "Amazon flat file",
  bigcommerce: "BigCommerce",
  "bmecat-12-price-update": "BMEcat 1.2 (prices)",
  "bmecat-2005-xml": "BMEcat 2005",
  "commercetools-prices": "commercetools",
  "ebay-report": "eBay",
  "etsy-localised": "Etsy listings (Italian)",
  "google-rss-xml": "Google Merchant feed (RSS)",
  "heureka-xml": "Heureka",
  "magento-store-views": "Magento",
  "odoo-internal-reference": "Odoo",
  "openai-feed": "OpenAI product feed",
  prestashop: "PrestaShop",
  "shopify-variants": "Shopify",
  "sylius-parent": "Sylius",
  wix: "Wix",
  "woocommerce-kinds": "WooCommerce",
  "yml-xml": "Yandex Market (YML)",
};
interface Shape {
  file: string;
  bytes: Buffer;
  name: string | null;
  expected: Expected;
}

function shapeOf(folder: string): Shape {
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const file = join(folder, expected.files[0] as string);
  return { file, bytes: readFileSync(file), name: SHAPES[basename(folder)] ?? null, expected };
}

const folders = ["shapes", "imports"].flatMap((root) =>
  readdirSync(join(FIXTURES, "..", root)).map((folder) => join(FIXTURES, "..", root, folder)),
);
const shapes = folders.map(shapeOf).filter(({ expected }) => expected.files.length === 1);

test.each(shapes)("the built-in profile $name is selected for $file", async ({ bytes, name }) => {
  const { profile, notices } = await previewFile(bytes, true, options, { known });
  expect(profile?.name ?? null).toBe(name);
  expect(notices.filter(({ code }) => name !== null && code !== "rows_grouped")).toEqual([]);
});

test("every folder in the list has a file", () => {
  expect(new Set(shapes.flatMap(({ name }) => name ?? []))).toEqual(new Set(Object.values(SHAPES)));
});

// A preview does not read the catalogue, so files that update existing products are left out.
const complete = shapes.filter(({ name, expected }) => name !== null && expected.before === null);

test.each(complete)("all products of $file are right with the profile $name", async ({ bytes, expected }) => {
  const { products, rejected } = await previewFile(bytes, true, options, { known, shown: 1000 });
  expect(rejected).toBe(expected.rejects.length);
  expect(bySku(products.map(({ row: _row, line: _line, ...product }) => product))).toEqual(
    bySku(expected.products.map(withBlanks)),
  );
});

test.each([
  ["import.xml", "CommerceML catalogue"],
  ["offers.xml", "CommerceML offers"],
])("the file %s of an exchange of two files is recognized as %s", async (file, name) => {
  const bytes = readFileSync(join(FIXTURES, "../imports/commerceml-two-files", file));
  const result = await previewFile(bytes, true, options, { known });
  expect(result).toMatchObject({ profile: { name, built_in: true }, problem: null, rejected: 0 });
});

/** The expected profile of each small file that has only some of the columns of a program's export. */
const REPORTS: Record<string, string> = {
  "a01-woo-published.csv": "WooCommerce",
  "a07-prestashop.csv": "PrestaShop",
  "a09-odoo.csv": "Odoo",
  "a15-shopify-variants.csv": "Shopify",
  "e01-ebay-active.csv": "eBay active listings",
  "prestashop.csv": "PrestaShop",
};

test("small files get the built-in profile of their program, and files of other kinds get none", async () => {
  const reports = join(FIXTURES, "../reports");
  for (const file of readdirSync(reports)) {
    const { profile } = await previewFile(readFileSync(join(reports, file)), true, options, { known });
    expect(profile?.name ?? null, file).toBe(REPORTS[file] ?? null);
  }
});

/** Sample files of the programs: the fixtures, and the inputs in the tests of the profiles. */
const samples: [name: string, file: string, bytes: Buffer][] = [
  ["Akeneo", "akeneo-suffixes/input.csv"],
  ["PrestaShop", "prestashop/input.csv"],
  ["OpenAI product feed", "openai-feed/input.tsv"],
].map(([name = "", file = ""]): [string, string, Buffer] => [name, file, readFileSync(join(FIXTURES, file))]);
for (const { name, definition } of builtInProfiles())
  for (const test of definition.tests ?? []) samples.push([name, test.name ?? "", Buffer.from(test.input)]);

test("every built-in profile has a sample", () => {
  expect(new Set(samples.map(([name]) => name))).toEqual(new Set(known.map(({ name }) => name)));
});

test.each(samples)("of all built-in profiles, only %s fits its file: %s", async (name, _file, bytes) => {
  expect((await previewFile(bytes, true, options, { known })).profile?.name).toBe(name);
  // If the file is XML, leave out the profiles without a root element: they may fit the file, but a profile with the file's root element
  // precedes them.
  const isXml = known.some((profile) => profile.name === name && profile.definition.detect?.root !== undefined);
  const others = known.filter(
    (profile) => profile.name !== name && (!isXml || profile.definition.detect?.root !== undefined),
  );
  expect((await previewFile(bytes, true, options, { known: others })).profile).toBeNull();
});

test.each([
  "sku,name,description,active,price,brand",
  "id,title,description,price,brand,image",
  "id,title,link,price,availability",
  "Artikelnummer;Bezeichnung;Preis;Bestand;EAN",
  "sku,title,brand,url,price,description",
  "model,manufacturer,price,quantity,status,name",
  "handle,sku,name,retail_price,brand_name,active",
  "sku,name,price",
  "Handle,Title,SKU,Price,Status",
  "ID,Name,SKU,Type,Price,Categories",
  "sku,name,description,price,categories,qty,weight,visibility",
  "Code,Name,Description,Enabled,Price",
  "Product ID,Product Name,Brand Name,Price,Category,Description",
  "Item number,Title,Price,Category ID,Description",
  "ID,Name,Barcode,Cost,Quantity On Hand",
  "sku,prices,categories,images,name,description",
  "sku,asin,price,quantity",
  "Token,Item Name,SKU,Price,Description",
  "Product ID,SKU,Title,Visible,Price,Product URL",
  "TITEL,BESCHREIBUNG,PREIS,SKU,TAGS",
  "ID,Artikelnummer,Name,Beschreibung,Kategorien,Bilder,Angebotspreis",
  "System ID,Item,Price,Category,Vendor",
  "aid,name,price,link,desc",
  "ordernumber,name,supplier,tax,active,instock",
  "code,parent,label-en_US",
  "Handle,Title,SKU,Location,Available",
  "ID,Image,Name,Reference,Price,Quantity,Status",
  "Product ID,Reference,EAN13,Wholesale price,Quantity",
  "Item number,Title,Format,Currency,Start price",
  "id,product_number,name,price_net,tax_id",
  "sku,store,type,name,price,qty",
  "title,price,description,ean,availability,product-url",
  "product_name,merchant_name,currency,description,price",
])("a file with the columns %s gets no built-in profile", async (header) => {
  const bytes = Buffer.from(`${header}\n`);
  expect((await previewFile(bytes, true, options, { known })).profile).toBeNull();
});

test.each([
  [
    "Etsy listings",
    "TITLE,DESCRIPTION,PRICE,QUANTITY,TAGS,MATERIALS,IMAGE1,VARIATION 1 NAME,VARIATION 1 VALUES,SKU\nMug,x,5.00,3,a,clay,,,,E-1\n",
    { PRICE: "5.00" },
  ],
  [
    "Etsy listings (other languages)",
    "TÍTULO,DESCRIPCIÓN,PRECIO,CÓDIGO DE DIVISA,CANTIDAD,ETIQUETAS,MATERIALES,IMAGEN1,SKU\nTaza,x,5.00,EUR,3,a,barro,,E-1\n",
    { "price-EUR": "5.00" },
  ],
  [
    "Lightspeed Retail (X-Series)",
    "handle,sku,name,variant_option_one_name,variant_option_one_value,supply_price,retail_price,brand_name,supplier_name\nshirt,E-1,Shirt,Size,S,5,19.9,Nord,Sup\n",
    { Size: "S" },
  ],
])("%s reads a file that lacks the columns in the names of some attributes", async (name, file, attributes) => {
  const preview = await previewFile(Buffer.from(file), true, options, { known });
  expect(preview).toMatchObject({ profile: { name }, problem: null, rejected: 0 });
  expect(preview.products).toMatchObject([{ sku: "E-1", attributes }]);
});

test("the tests in built-in profiles pass", async () => {
  for (const { name, definition } of builtInProfiles())
    expect(
      (await runTests(definition)).filter(({ passed }) => !passed),
      name,
    ).toEqual([]);
});
