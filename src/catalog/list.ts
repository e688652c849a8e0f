// A page of the products that a filter means, in an order, after a position.
import type { Queryable } from "../db/connect.ts";
import { compileFilter } from "./filter.ts";
import { SORT_KEYS, sortValueOf, type Order, type Position } from "./order.ts";
import { PRODUCT } from "./store.ts";
import type { ProductFilter } from "../../contract/product-filter.ts";
import type { Product } from "../../contract/products.ts";

export interface PageRequest {
  filter: ProductFilter;
  order: Order;
  /** undefined = from the start. */
  after: Position | undefined;
  limit: number;
}

export interface Page {
  items: Product[];
  /** null = there is nothing behind this page. */
  next: Position | null;
  total: { value: number; relation: "eq" | "gte" };
}

export async function listProducts(db: Queryable, { filter, order, after, limit }: PageRequest): Promise<Page> {
  const { field, descending } = order;
  const key = SORT_KEYS[field];
  const compiled = compileFilter(filter, [limit + 1]);
  const values = compiled.values;
  const conditions = [compiled.where];
  if (after !== undefined) {
    values.push(after.value, after.sku_key);
    const [value, sku_key] = [values.length - 1, values.length];
    conditions.push(`(${key.sql}, p.sku_key) ${descending ? "<" : ">"} ($${value}::${key.type}, $${sku_key}::text)`);
  }
  const direction = descending ? "desc" : "asc";
  const { rows } = await db.query<Product & { sku_key: string; name_key: string }>(
    `select p.sku_key, ${SORT_KEYS.name.sql} as name_key, ${PRODUCT} from products p
     where ${conditions.join(" and ")}
     order by ${key.sql} ${direction}, p.sku_key ${direction} limit $1`,
    values,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const seen = (after?.seen ?? 0) + shown.length;
  const has_more = rows.length > limit && last !== undefined;
  return {
    items: shown,
    next: has_more ? { value: sortValueOf(last, field), sku_key: last.sku_key, seen } : null,
    total: { value: seen + (has_more ? 1 : 0), relation: has_more ? "gte" : "eq" },
  };
}
