// Which products an export is about, as SQL without placeholders: COPY takes no parameters.
import pg from "pg";
import { compileFilter } from "../filter.ts";
import { orderOf, SORT_KEYS } from "../order.ts";
import type { Selection } from "./snapshot.ts";
import type { ProductFilter } from "../../../contract/product-filter.ts";
import type { ProductSort } from "../../../contract/products.ts";

/** @throws Problem invalid-request, as `compileFilter` does */
export function selectProducts(filter: ProductFilter, sort: ProductSort): Selection {
  const { where, values } = compileFilter(filter);
  const { field, descending } = orderOf(sort);
  const direction = descending ? "desc" : "asc";
  const keys = field === "sku" ? ["p.sku_key"] : [SORT_KEYS[field].sql, "p.sku_key"];
  return {
    from: `products p where ${where.replace(/\$(\d+)/g, (_, number: string) => literalOf(values[Number(number) - 1]))}`,
    order_by: keys.map((key) => `${key} ${direction}`).join(", "),
  };
}

/** PostgreSQL's own rule of quoting; each placeholder stands before a cast, so the type is that of the parameter. */
function literalOf(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return pg.escapeLiteral(String(value));
  throw new TypeError(`a filter has a value of the type ${typeof value}`);
}
