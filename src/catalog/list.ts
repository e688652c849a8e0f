// A page of the products that a filter means, in an order, after a position: exact at every moment, and quick, since no page
// looks at more than a part of the catalogue. What the index knows and what it has not reached yet are merged.
import type pg from "pg";
import { withSnapshot } from "../db/snapshot.ts";
import { comparePlaces, opposite, turned, type Order, type Place, type Position } from "./order.ts";
import type { Block } from "./search/block.ts";
import { readConditions, type TermCondition } from "./search/plan.ts";
import { readBacklog, readUnreached, type Backlog } from "./search/read-backlog.ts";
import { readCandidates, readWindow, type Found, type Query, type Row } from "./search/read-index.ts";
import { readHeld } from "./search/read-held.ts";
import type { Tail } from "./search/tail.ts";
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
  /** The page before this one; null at the start. */
  previous: Position | null;
  total: { value: number; relation: "eq" | "gte" };
  /** Changes that the index had not reached. */
  behind: number;
}

/** By their terms so many products are looked at; in order there would be more to read where fewer match. */
const MOST_CANDIDATES = 20_000;
/** The same where reading in order has found too few: slower than a page should be, and better than many short ones. */
const MOST_CANDIDATES_LATE = 200_000;
/** Reading in order ends with a short page after this. */
const PATIENCE_MS = 60;
const FIRST_WINDOW = 2000;

export interface ListOptions {
  /** What is held of the backlog in memory; without it everything is read from the database. */
  tail?: Tail;
  patience_ms?: number;
  /** Products that are looked at first; then twice as many, again and again. */
  first_window?: number;
}

export async function listProducts(
  pool: pg.Pool,
  { filter, order, after, limit }: PageRequest,
  { tail, patience_ms = PATIENCE_MS, first_window = FIRST_WINDOW }: ListOptions = {},
): Promise<Page> {
  const blocks = (await tail?.blocks()) ?? new Map<number, Block>();
  return withSnapshot(pool, async (db) => {
    const backlog = await readBacklog(db);
    const direction = after?.backward ? opposite(order) : order;
    const query: Query = { filter, order: direction, after, limit: limit + 1, patience_ms };
    const found = await find(db, query, { ...backlog, blocks, first_window });
    const total = isAll(filter) ? backlog.products : undefined;
    return { ...pageOf(found, { limit, after, total }), behind: backlog.behind };
  });
}

type Held = Backlog & { blocks: ReadonlyMap<number, Block>; first_window: number };

const isAll = (filter: ProductFilter): boolean => Object.values(filter).every((value) => value === undefined);

async function find(db: pg.ClientBase, query: Query, backlog: Held): Promise<Found> {
  const conditions = isAll(query.filter) ? [] : await readConditions(db, query.filter);
  const in_order = (): Promise<Found> => readInOrder(db, query, conditions, backlog);
  // A beginning of SKUs is a part of their order; in any other order it is what narrows.
  if (query.filter.sku !== undefined && query.order.field !== "sku") {
    const candidates = await readCandidates(db, query, conditions, MOST_CANDIDATES_LATE);
    if (candidates !== undefined) return merge(query, [candidates, ...(await readBehind(db, query, backlog))]);
  }
  const [rarest] = conditions;
  if (rarest === undefined || isQuickerInOrder(conditions, query.limit, backlog.products)) {
    const found = await in_order();
    if (found.until === undefined || rarest === undefined || rarest.products > MOST_CANDIDATES_LATE) return found;
  }
  const usable = conditions.filter(({ products }) => products <= Math.max(rarest.products * 50, MOST_CANDIDATES));
  const candidates = await readCandidates(db, query, usable, MOST_CANDIDATES_LATE);
  if (candidates === undefined) return in_order();
  return merge(query, [candidates, ...(await readBehind(db, query, backlog))]);
}

/** Whether enough products come up sooner in order than by their terms: both cost about the same a product. */
function isQuickerInOrder(conditions: readonly TermCondition[], limit: number, products: number): boolean {
  const rarest = (conditions[0] as TermCondition).products;
  const share = conditions.reduce((product, one) => product * Math.min(one.products / Math.max(products, 1), 1), 1);
  return limit / share < rarest;
}

/** Window by window until there are enough or the time is up. */
async function readInOrder(
  db: pg.ClientBase,
  query: Query,
  conditions: readonly TermCondition[],
  backlog: Held,
): Promise<Found> {
  const give_up_at = performance.now() + query.patience_ms;
  const rows: Row[] = [];
  let after = query.after;
  let until: Place | undefined;
  for (let window = backlog.first_window; ; window *= 2) {
    const wanted = query.limit - rows.length;
    const found = await readWindow(db, { ...query, after, limit: wanted }, conditions, window);
    rows.push(...found.rows);
    until = found.until;
    if (until === undefined || performance.now() > give_up_at) break;
    after = until;
  }
  // The order of the SKUs is that of products itself, so nothing can be missing.
  if (query.order.field === "sku") return { rows, until };
  return merge(query, [{ rows, until }, ...(await readBehind(db, query, backlog))]);
}

/** What the index has not reached: of the entries in memory, and of the others. */
async function readBehind(db: pg.ClientBase, query: Query, { entries, blocks }: Held): Promise<Found[]> {
  const held = entries.flatMap(({ id }) => blocks.get(id) ?? []);
  const others = entries.filter(({ id }) => !blocks.has(id));
  return [
    await readHeld(db, query, held),
    { rows: others.length === 0 ? [] : await readUnreached(db, query, others), until: undefined },
  ];
}

/** All in one order, each product once, and nothing from behind what any of them has been read to. */
function merge({ order, limit }: Query, parts: readonly Found[]): Found {
  const rows = new Map<string, Row>();
  for (const row of parts.flatMap((part) => part.rows)) rows.set(row.sku_key, row);
  const sorted = [...rows.values()].sort((a, b) => comparePlaces(order, a, b));
  const [until] = parts.flatMap((part) => part.until ?? []).sort((a, b) => comparePlaces(order, a, b));
  const known = until === undefined ? sorted : sorted.filter((row) => comparePlaces(order, row, until) <= 0);
  return { rows: known.slice(0, limit), until: known.length >= limit ? undefined : until };
}

interface Turn {
  limit: number;
  after: Position | undefined;
  /** Where it is known without counting. */
  total: number | undefined;
}

function pageOf({ rows, until }: Found, { limit, after, total: known }: Turn): Omit<Page, "behind"> {
  const items = rows.slice(0, limit);
  const is_backward = after?.backward === true;
  const seen = after === undefined ? 0 : after.seen;
  const shown = seen === null || is_backward ? null : seen + items.length;
  // Items stand between the place where reading began and the one it came to, if it came not to the end.
  const begin = items[0] ?? (after && turned(after));
  const end = rows.length > limit ? items.at(-1) : until;
  const [next, previous] = is_backward ? [begin, end] : [end, after && begin];
  const value = known ?? (shown ?? items.length) + (rows.length > limit ? 1 : 0);
  const is_counted = known !== undefined || (shown !== null && next === undefined);
  return {
    items: is_backward ? items.reverse() : items,
    next: next === undefined ? null : { ...placeOf(next), seen: shown },
    previous: previous === undefined ? null : { ...placeOf(previous), seen: null, backward: true },
    total: { value, relation: is_counted ? "eq" : "gte" },
  };
}

/** Of a row too, without the rest of it. */
const placeOf = ({ sort_value, sku_key, is_before }: Place): Place => ({
  ...{ sort_value, sku_key },
  ...(is_before ? { is_before } : {}),
});
