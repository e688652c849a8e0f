// The SQL that several parts of the catalogue share. Bulk writes are in bulk/.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import { API_COLUMNS, columnList } from "./product/column-lists.ts";
import type { Product } from "../../contract/catalog/products.ts";

/** The columns of `products p` that the API shows. */
export const PRODUCT = columnList(API_COLUMNS, "p");

const LONG_COLUMNS: ReadonlySet<string> = new Set(["description", "attributes"]);
const SHORT_COLUMNS = columnList(
  API_COLUMNS.filter((column) => !LONG_COLUMNS.has(column)),
  "p",
);

/** SQL condition for products with long texts. It compares stored sizes, which PostgreSQL reads without decompressing a text. long-texts.ts
 * reads the long texts later, when the products of the page are known. */
const IS_LONG = "(octet_length(p.description) > 10000 or pg_column_size(p.attributes) > 1000)";

/** The columns that a list reads. Long texts are left out: for a product with long texts, the description and the attributes are returned
 * empty. */
export const LISTED = `${SHORT_COLUMNS}, ${IS_LONG} as is_long,
  case when ${IS_LONG} then '' else p.description end as description,
  case when ${IS_LONG} then '{}'::jsonb else p.attributes end as attributes`;

export async function readProduct(db: Queryable, skuKey: string): Promise<Product | undefined> {
  const { rows } = await db.query<Product>(`select ${PRODUCT} from products p where p.sku_key = $1`, [skuKey]);
  return rows[0];
}

export async function isCatalogueEmpty(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ empty: boolean }>("select not exists (select 1 from products) as empty");
  return rows[0]?.empty === true;
}

/** Returns the number of products with one of these keys. */
export async function countKeys(db: Queryable, keys: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*)::integer as count from products where sku_key = any($1::text[])",
    [keys],
  );
  return rows[0]?.count ?? 0;
}

/** Number of keys that `readKeys` yields at a time. */
const KEYS_BATCH = 10_000;

/** Yields the keys of all products, in no order. The client must be in a transaction. */
export async function* readKeys(client: pg.ClientBase): AsyncGenerator<string[]> {
  await client.query("declare keys no scroll cursor for select sku_key from products");
  for (;;) {
    const { rows } = await client.query<[string]>({ text: `fetch ${KEYS_BATCH} from keys`, rowMode: "array" });
    if (rows.length === 0) break;
    yield rows.map(([key]) => key);
  }
  await client.query("close keys");
}

/** Reserves `count` consecutive ids and returns the first. */
export async function takeProductIds(db: Queryable, count: number): Promise<number> {
  const { rows } = await db.query<{ first: number }>(
    "update product_ids set next = next + $1::bigint returning next - $1::bigint as first",
    [count],
  );
  return (rows[0] as { first: number }).first;
}
