// A page of the products that a filter means, in an order, after a position: exact at every moment, and quick, since no page
// looks at more than a part of the catalogue. What the index knows and what it has not reached yet are merged.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { addLongTexts } from "./long-texts.ts";
import { opposite, turned, type Order, type Place, type Position } from "../query/order.ts";
import type { Segment } from "../search/pending/segment.ts";
import { find, isAll } from "../search/query/execute.ts";
import { backlogOf, SELECT_BACKLOG, type BacklogRow } from "../search/pending/read-backlog.ts";
import type { Found, Query } from "../search/query/read-index.ts";
import { BacklogNotHeld, type Memtable } from "../search/pending/memtable.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import type { Product } from "../../../contract/catalog/products.ts";

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
  /** The page before this one; null at the start. */
  previous: Position | null;
  total: { value: number; relation: "eq" | "gte" };
  /** Changes that the index had not reached. */
  behind: number;
}

/** Reading in order ends with a short page after this. */
const PATIENCE_MS = 45;

export interface ListOptions {
  /** What is held of the backlog in memory; without it everything is read from the database. */
  memtable?: Memtable;
  patience_ms?: number;
  /** Products that are passed first; then twice as many, again and again. Else as many as it may take. */
  first_window?: number;
}

export async function listProducts(pool: pg.Pool, request: PageRequest, options: ListOptions = {}): Promise<Page> {
  try {
    return await readPage(pool, request, options, options.memtable);
  } catch (error) {
    if (!(error instanceof BacklogNotHeld)) throw error;
    await options.memtable?.load(error.lacking);
    return readPage(pool, request, options, undefined);
  }
}

/** @param loader of what is lacking of the backlog in memory; without one it is read from the database.
 * @throws BacklogNotHeld */
async function readPage(
  pool: pg.Pool,
  { filter, order, after, limit }: PageRequest,
  { memtable: tail, patience_ms = PATIENCE_MS, first_window }: ListOptions,
  loader: Memtable | undefined,
): Promise<Page> {
  const direction = after?.backward ? opposite(order) : order;
  const place = after?.is_end ? undefined : after;
  const query: Query = { filter, order: direction, after: place, limit: limit + 1, patience_ms };
  const blocks = tail?.blocks() ?? new Map<number, Segment>();
  return withSnapshot(
    pool,
    async (db, [row]) => {
      const backlog = backlogOf(row as BacklogRow | undefined);
      const lacking = loader?.lackingOf(backlog.entries, blocks) ?? [];
      const found = await addLongTexts(db, await find(db, query, { ...backlog, blocks, lacking, first_window }));
      const total = isAll(filter) ? backlog.products : undefined;
      return { ...pageOf(found, { limit, after, total }), behind: backlog.behind };
    },
    SELECT_BACKLOG,
  );
}

interface Turn {
  limit: number;
  after: Position | undefined;
  /** Where it is known without counting. */
  total: number | undefined;
}

function pageOf({ rows, until }: Found, { limit, after, total: known }: Turn): Omit<Page, "behind"> {
  const items = rows.slice(0, limit);
  const isBackward = after?.backward === true;
  const seen = after === undefined ? 0 : after.seen;
  const shown = seen === null || isBackward ? null : seen + items.length;
  // Items stand between the place where reading began and the one it came to, if it came not to the end.
  const begin = items[0] ?? (after && turned(after));
  const end = rows.length > limit ? items.at(-1) : until;
  const [next, previous] = isBackward ? [after.is_end ? undefined : begin, end] : [end, after && begin];
  const value = known ?? (shown ?? items.length) + (rows.length > limit ? 1 : 0);
  const isCounted = known !== undefined || (shown !== null && next === undefined);
  return {
    items: isBackward ? items.reverse() : items,
    next: next === undefined ? null : { ...placeOf(next), seen: shown },
    previous: previous === undefined ? null : { ...placeOf(previous), seen: null, backward: true },
    total: { value, relation: isCounted ? "eq" : "gte" },
  };
}

/** Of a row too, without the rest of it. */
const placeOf = ({ sort_value, sku_key, is_before }: Place): Place => ({
  ...{ sort_value, sku_key },
  ...(is_before ? { is_before } : {}),
});
