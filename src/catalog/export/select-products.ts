// Selects the products of an export with SQL that has no parameters. If few products have the search terms, the index and the backlog
// determine which products are read. The condition of the filter always decides which of them are exported.
import { LOOK_UP } from "../../db/planner-hints.ts";
import { raw, sql, withLiterals, type Sql } from "../../db/sql.ts";
import type { ParsedFilter } from "../query/parse-filter.ts";
import { readTermStats, type TermCondition } from "../search/query/term-conditions.ts";
import { readBacklog } from "../search/pending/read-backlog.ts";
import { orderOf, SORT_KEYS } from "../query/order.ts";
import type { Selection, Snapshot } from "./snapshot.ts";
import type { ProductSort } from "../../../contract/catalog/products.ts";

/** @param keys a query that returns the keys of the products to read, without duplicates; if omitted, all products are read */
export function selectProducts(filter: ParsedFilter, sort: ProductSort, keys?: Sql): Selection {
  const { field, descending } = orderOf(sort);
  const direction = descending ? "desc" : "asc";
  const columns = field === "sku" ? ["p.sku_key"] : [SORT_KEYS[field].sql, "p.sku_key"];
  const products = keys === undefined ? raw("products p") : sql`(${keys}) k join products p on p.sku_key = k.sku_key`;
  return {
    from: withLiterals(sql`${products} where ${filter.where}`),
    order_by: columns.map((column) => `${column} ${direction}`).join(", "),
  };
}

/** Maximum number of pending changes with which an export uses the index. With more, scanning all products is as quick. */
const MAX_PENDING = 20_000;
/** Maximum share of the catalogue that an export reads through the index. For a larger share, scanning all products is as quick. */
const MAX_SHARE = 0.1;

/** Returns a query for the keys of the products to read in this snapshot, or undefined if scanning all products is quicker. */
export async function findKeys(snapshot: Snapshot, filter: ParsedFilter): Promise<Sql | undefined> {
  const { products, pending } = await readBacklog(snapshot);
  if (pending > MAX_PENDING) return undefined;
  const [rarest] = await readTermStats(snapshot, filter);
  if (rarest === undefined || rarest.products > products * MAX_SHARE) return undefined;
  // Tell the planner to use indexes, because it cannot estimate how few rows the terms select.
  await snapshot.query(LOOK_UP);
  return keysOf(rarest);
}

/** Returns a query for the keys of all indexed products that have one of the terms, and of all pending products. */
const keysOf = ({ any_of }: TermCondition): Sql => sql`
  select s.sku_key from product_search s where s.terms && ${any_of}::int[]
  union select unnest(b.keys) from search_backlog b
  union select q.sku_key from search_backlog b join products q on q.id between b.id_from and b.id_to`;
