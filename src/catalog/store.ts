// The SQL of products, apart from the bulk writes in merge.ts.
import type { Queryable } from "../db/connection/connect.ts";
import type { Product } from "../../contract/catalog/products.ts";

/** The columns of `products p` that a product on the wire has and that are short. */
const SHORT_COLUMNS = [
  ...["p.sku", "p.id", "p.name", "p.active", "p.version", "p.created_in", "p.changed_in"],
  ...["p.source_line", "p.created_at", "p.updated_at"],
].join(", ");

/** The columns of `products p` that a product on the wire has. */
export const PRODUCT = `${SHORT_COLUMNS}, p.description, p.attributes`;

/** Stored bytes, which PostgreSQL knows without unpacking a text. Longer ones are read when the page is known (long-texts.ts). */
const IS_LONG = "(octet_length(p.description) > 10000 or pg_column_size(p.attributes) > 1000)";

/** As PRODUCT, but without the texts of products whose texts are long. */
export const LISTED = `${SHORT_COLUMNS}, ${IS_LONG} as is_long,
  case when ${IS_LONG} then '' else p.description end as description,
  case when ${IS_LONG} then '{}'::jsonb else p.attributes end as attributes`;

export async function readProduct(db: Queryable, skuKey: string): Promise<Product | undefined> {
  const { rows } = await db.query<Product>(`select ${PRODUCT} from products p where p.sku_key = $1`, [skuKey]);
  return rows[0];
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
