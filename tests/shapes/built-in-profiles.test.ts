// Imports samples of shop files and feeds without options, through the database: each file gets its built-in profile by itself.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes } from "../support/import-file.ts";
import type { ShapeProduct } from "./products-of.ts";

const { pool } = await createTestDatabase();
// Small chunks, so that a file has several.
const context = await createImportContext(pool, 7);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

interface Expected {
  rejects: unknown[];
  products: ShapeProduct[];
}

async function storedProducts(): Promise<ShapeProduct[]> {
  const { rows } = await pool.query<ShapeProduct>(
    `select sku, name, nullif(description, '') as description, active, nullif(parent_sku, '') as parent_sku, attributes
     from products order by sku collate "C"`,
  );
  return rows;
}

test.each([
  ["shapes/akeneo-suffixes", ["input.csv"], ["Akeneo"]],
  ["shapes/amazon-flat-3-headers", ["before.csv", "input.txt"], [null, "Amazon flat file"]],
  ["shapes/bigcommerce", ["input.csv"], ["BigCommerce"]],
  ["shapes/bmecat-2005-xml", ["input.xml"], ["BMEcat 2005"]],
  ["imports/bmecat-12-price-update", ["before.csv", "input.xml"], [null, "BMEcat 1.2 (prices)"]],
  ["shapes/commercetools-prices", ["input.csv"], ["commercetools"]],
  ["shapes/etsy-localised", ["input.csv"], ["Etsy listings (Italian)"]],
  ["shapes/odoo-internal-reference", ["input.csv"], ["Odoo"]],
  ["imports/openai-feed", ["input.tsv"], ["OpenAI product feed"]],
  ["shapes/prestashop", ["input.csv"], ["PrestaShop"]],
  ["shapes/sylius-parent", ["input.csv"], ["Sylius"]],
  ["shapes/shopify-variants", ["input.csv"], ["Shopify"]],
  ["shapes/woocommerce-kinds", ["input.csv"], ["WooCommerce"]],
  ["shapes/magento-store-views", ["input.csv"], ["Magento"]],
  ["shapes/wix", ["input.csv"], ["Wix"]],
  ["shapes/ebay-report", ["input.csv"], ["eBay"]],
  ["shapes/google-rss-xml", ["input.xml"], ["Google Merchant feed (RSS)"]],
  ["shapes/heureka-xml", ["input.xml"], ["Heureka"]],
  ["imports/yml-xml", ["input.xml"], ["Yandex Market (YML)"]],
  ["imports/commerceml-two-files", ["import.xml", "offers.xml"], ["CommerceML catalogue", "CommerceML offers"]],
])("%s is imported with its built-in profile", async (folder, files, names) => {
  const path = resolve(import.meta.dirname, "../fixtures", folder);
  const expected = JSON.parse(readFileSync(join(path, "expected.json"), "utf8")) as Expected;
  let rejected = 0;
  for (const [i, file] of files.entries()) {
    const done = await importBytes(context, readFileSync(join(path, file)));
    const name = names[i] ?? null;
    expect(done).toMatchObject({
      state: "done",
      problem: null,
      profile: name === null ? null : { name, built_in: true },
    });
    expect(done.notices.filter(({ code }) => code === "missing_column")).toEqual([]);
    rejected += done.rejected;
  }
  expect(rejected).toBe(expected.rejects.length);
  expect(await storedProducts()).toEqual(expected.products.toSorted((a, b) => (a.sku < b.sku ? -1 : 1)));
});
