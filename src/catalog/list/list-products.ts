// Reads a page of products. The result is always exact. The time is bounded, because a page scans only a part of the catalogue. Products
// that the index finds are merged with pending products.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { foldVariants, type Folded } from "./fold-variants.ts";
import { addLongTexts } from "./long-texts.ts";
import { reverseOrder, reversePosition, type KeysetPosition, type Order, type PagePosition } from "../query/order.ts";
import { parseFilter, type ParsedFilter } from "../query/parse-filter.ts";
import type { Segment } from "../search/pending/segment.ts";
import { findPage } from "../search/query/execute.ts";
import { backlogOf, SELECT_BACKLOG, type BacklogRow } from "../search/pending/read-backlog.ts";
import type { Found, Query } from "../search/query/read-index.ts";
import { SegmentsMissing, type Memtable } from "../search/pending/memtable.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import type { Product } from "../../../contract/catalog/products.ts";

export interface PageRequest {
  filter: ProductFilter;
  order: Order;
  /** The position at which the page begins; undefined for the first page. */
  after: PagePosition | undefined;
  limit: number;
  /** Whether the variants of a product are folded into one row. */
  fold?: boolean;
}

export interface Page {
  items: (Product & Partial<Folded>)[];
  /** The position at which the next page begins; null if this is the last page. */
  next: PagePosition | null;
  /** The position at which the previous page ends; null if this is the first page. */
  previous: PagePosition | null;
  total: { value: number; relation: "eq" | "gte" };
  /** Number of changes that the index has not processed yet. */
  pending: number;
}

/** Time limit of an ordered scan. When the limit is reached, the page ends early and may have fewer products than requested. */
const PATIENCE_MS = 45;

export interface ListOptions {
  /** Holds pending products in memory. Without a memtable, pending products are read from the database. */
  memtable?: Memtable;
  patience_ms?: number;
  /** Number of products that the first statement of an ordered scan reads; each further statement reads twice as many as the one before. If
   * omitted, the numbers are estimated from the matches found and the speed measured so far. */
  first_window?: number;
}

/** @throws Problem `invalid-request` if the filter is not valid */
export async function listProducts(pool: pg.Pool, request: PageRequest, options: ListOptions = {}): Promise<Page> {
  const parsed = { ...request, filter: parseFilter(request.filter) };
  try {
    return await readPage(pool, parsed, options, true);
  } catch (error) {
    if (!(error instanceof SegmentsMissing)) throw error;
    await options.memtable?.load(error.missing);
    return readPage(pool, parsed, options, false);
  }
}

interface ParsedRequest extends Omit<PageRequest, "filter"> {
  filter: ParsedFilter;
}

/** @throws SegmentsMissing if `canWait` and the memtable does not have all segments yet */
async function readPage(
  pool: pg.Pool,
  { filter, order, after, limit, fold = false }: ParsedRequest,
  { memtable, patience_ms = PATIENCE_MS, first_window }: ListOptions,
  canWait: boolean,
): Promise<Page> {
  const query: Query = {
    filter,
    order: after?.backward ? reverseOrder(order) : order,
    after: after?.is_end ? undefined : after,
    // One extra product shows whether another page follows.
    limit: limit + 1,
    patience_ms,
  };
  const segments = memtable?.segments() ?? new Map<number, Segment>();
  return withSnapshot(
    pool,
    async (db, [row]) => {
      const backlog = backlogOf(row as BacklogRow | undefined);
      const missing = canWait ? (memtable?.missingOf(backlog.entries, segments) ?? []) : [];
      const found = await findPage(db, query, { ...backlog, segments, missing, first_window });
      const total = filter.matches_all ? backlog.products : undefined;
      const page = pageOf(await addLongTexts(db, found), { limit, after, total });
      const items = fold ? await foldVariants(db, page.items, filter.where) : page.items;
      return { ...page, items, pending: backlog.pending };
    },
    SELECT_BACKLOG,
  );
}

interface PageBounds {
  limit: number;
  after: PagePosition | undefined;
  /** Number of products in the list; undefined if it is not known without counting. */
  total: number | undefined;
}

function pageOf({ rows, until }: Found, { limit, after, total }: PageBounds): Omit<Page, "pending"> {
  const items = rows.slice(0, limit);
  const isBackward = after?.backward === true;
  const seen = after === undefined ? 0 : after.seen;
  const shown = seen === null || isBackward ? null : seen + items.length;
  // In the direction of reading, the page lies between `begin` and `end`. `end` is undefined if the page reaches the end of the list.
  const begin = items[0] ?? (after && reversePosition(after));
  const end = rows.length > limit ? items.at(-1) : until;
  const [next, previous] = isBackward ? [after.is_end ? undefined : begin, end] : [end, after && begin];
  const value = total ?? (shown ?? items.length) + (rows.length > limit ? 1 : 0);
  const isCounted = total !== undefined || (shown !== null && next === undefined);
  return {
    items: isBackward ? items.reverse() : items,
    next: next === undefined ? null : { ...positionOf(next), seen: shown },
    previous: previous === undefined ? null : { ...positionOf(previous), seen: null, backward: true },
    total: { value, relation: isCounted ? "eq" : "gte" },
  };
}

/** Returns only the properties of the position, because the argument may be a whole row. */
const positionOf = ({ sort_value, sku_key, is_before }: KeysetPosition): KeysetPosition =>
  is_before ? { sort_value, sku_key, is_before } : { sort_value, sku_key };
