import { expect, test } from "vitest";
import { product } from "../../../contract/catalog/products.ts";
import { new_product, product_patch, product_values } from "../../../contract/catalog/edit-products.ts";
import { bulk_set } from "../../../contract/catalog/bulk-set.ts";
import { COLUMN_TARGETS } from "../../../contract/imports/imports.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  API_COLUMNS,
  COPIED_COLUMNS,
  FIELD_NAMES,
  kindOf,
  OPTIONAL_COPIED_COLUMNS,
  SQL_TYPES,
  STAGED_COLUMNS,
  STORED_COLUMNS,
  VALUE_COLUMNS,
} from "./column-lists.ts";
import { DEFAULT_VALUES } from "./product-columns.ts";

const { pool } = await createTestDatabase();

async function columnsOf(table: string): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

const sorted = (names: Iterable<string>): string[] => [...names].sort();

test("the lists name every column of products, their history and the staging table", async () => {
  const HISTORY_ONLY = ["deleted", "renamed_to", "replaced_at", "replaced_in", "was_deleted"];
  expect(sorted((await columnsOf("products")).keys())).toEqual(sorted(STORED_COLUMNS));
  expect(sorted((await columnsOf("product_history")).keys())).toEqual(sorted([...STORED_COLUMNS, ...HISTORY_ONLY]));
  expect(sorted((await columnsOf("product_staging")).keys())).toEqual(sorted(STAGED_COLUMNS));
  const notCopied = ["version"];
  expect(sorted([...COPIED_COLUMNS, ...OPTIONAL_COPIED_COLUMNS, ...notCopied])).toEqual(sorted(STORED_COLUMNS));
});

test("each field has the type of its kind in every table", async () => {
  for (const table of ["products", "product_history", "product_staging"]) {
    const columns = await columnsOf(table);
    for (const field of FIELD_NAMES) expect(columns.get(field), `${table}.${field}`).toBe(SQL_TYPES[kindOf(field)]);
  }
});

test("the API shows every column except the key, and a file can have a column for every field", () => {
  expect(sorted(API_COLUMNS)).toEqual(sorted(Object.keys(product.shape)));
  expect(sorted(VALUE_COLUMNS)).toEqual(sorted(Object.keys(product_values.shape)));
  expect(sorted(COLUMN_TARGETS)).toEqual(sorted([...FIELD_NAMES, "attribute", "used", "ignored"]));
});

test("every field can be created, edited and set by a bulk change", () => {
  expect(sorted(Object.keys(new_product.shape))).toEqual(sorted(VALUE_COLUMNS));
  expect(sorted(Object.keys(product_patch.shape))).toEqual(sorted(VALUE_COLUMNS));
  expect(sorted(["sku", ...Object.keys(bulk_set.shape)])).toEqual(sorted(VALUE_COLUMNS));
});

test("DEFAULT_VALUES are the column defaults of the table `products`", async () => {
  await pool.query(
    "insert into products (sku_key, id, sku, created_in, changed_in, created_at, updated_at) values ('', 1, '', 1, 1, now(), now())",
  );
  const { rows } = await pool.query(`select ${VALUE_COLUMNS.join(", ")} from products`);
  expect(rows).toEqual([DEFAULT_VALUES]);
});
