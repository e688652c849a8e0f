// The SQL of products, apart from the bulk writes in merge.ts.
import type { Queryable } from "../db/connect.ts";
import type { Product } from "../../contract/products.ts";

const PRODUCT = `sku, id, name, description, active, attributes, version, created_in, changed_in, source_line, created_at, updated_at`;

export async function readProduct(db: Queryable, sku_key: string): Promise<Product | undefined> {
  const { rows } = await db.query<Product>(`select ${PRODUCT} from products where sku_key = $1`, [sku_key]);
  return rows[0];
}

/** In key order, after the key `after`. */
export async function listProducts(
  db: Queryable,
  after: string,
  limit: number,
): Promise<(Product & { sku_key: string })[]> {
  const { rows } = await db.query<Product & { sku_key: string }>(
    `select sku_key, ${PRODUCT} from products where sku_key > $1 order by sku_key limit $2`,
    [after, limit],
  );
  return rows;
}

export async function isCatalogueEmpty(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ empty: boolean }>("select not exists (select from products limit 1) as empty");
  return rows[0]?.empty === true;
}

/** Takes `count` ids in a row and returns the first. */
export async function takeProductIds(db: Queryable, count: number): Promise<number> {
  const { rows } = await db.query<{ first: number }>(
    "update product_ids set next = next + $1::bigint returning next - $1::bigint as first",
    [count],
  );
  return (rows[0] as { first: number }).first;
}
