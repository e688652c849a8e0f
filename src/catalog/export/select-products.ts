// Which products an export is about, as SQL without placeholders: COPY takes no parameters. Where few products have what is
// searched for, the search index and its backlog say which to look at; the filter itself decides in any case.
import pg from "pg";
import { LOOK_UP } from "../../db/planner-hints.ts";
import { compileFilter } from "../query/filter.ts";
import { readConditions, type TermCondition } from "../search/query/term-conditions.ts";
import { readBacklog } from "../search/pending/read-backlog.ts";
import { orderOf, SORT_KEYS } from "../query/order.ts";
import type { Selection, Snapshot } from "./snapshot.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import type { ProductSort } from "../../../contract/catalog/products.ts";

/** @param keys a query of the keys that are to be looked at, each once; without it all are
 * @throws Problem invalid-request, as `compileFilter` does */
export function selectProducts(filter: ProductFilter, sort: ProductSort, keys?: string): Selection {
  const { where, values } = compileFilter(filter);
  const { field, descending } = orderOf(sort);
  const direction = descending ? "desc" : "asc";
  const columns = field === "sku" ? ["p.sku_key"] : [SORT_KEYS[field].sql, "p.sku_key"];
  const products = keys === undefined ? "products p" : `(${keys}) k join products p on p.sku_key = k.sku_key`;
  const condition = where.replace(/\$(\d+)/g, (_, number: string) => literalOf(values[Number(number) - 1]));
  return {
    from: `${products} where ${condition}`,
    order_by: columns.map((column) => `${column} ${direction}`).join(", "),
  };
}

/** More products of the backlog, or a larger share by the index, are not sooner found than by a look at all. */
const MAX_PENDING = 20_000;
const LARGEST_SHARE = 0.1;

/** The keys of the products to look at, for this snapshot; undefined where it is quicker to look at all. */
export async function findKeys(snapshot: Snapshot, filter: ProductFilter): Promise<string | undefined> {
  const { products, behind } = await readBacklog(snapshot);
  if (behind > MAX_PENDING) return undefined;
  const [rarest] = await readConditions(snapshot, filter);
  if (rarest === undefined || rarest.products > products * LARGEST_SHARE) return undefined;
  // The planner does not know how few they are.
  await snapshot.query(LOOK_UP);
  return keysOf(rarest);
}

/** Of every product that may have one of the terms: as far as the index knows, and all that it has not reached. */
const keysOf = ({ any_of }: TermCondition): string => `
  select s.sku_key from product_search s where s.terms && '{${any_of.join(",")}}'::int[]
  union select unnest(b.keys) from search_backlog b
  union select q.sku_key from search_backlog b join products q on q.id between b.id_from and b.id_to`;

/** PostgreSQL's own rule of quoting; each placeholder stands before a cast, so the type is that of the parameter. */
function literalOf(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return pg.escapeLiteral(String(value));
  throw new TypeError(`a filter has a value of the type ${typeof value}`);
}
