// The products of a page, by the quickest of three ways, and what the index has not reached.
import type pg from "pg";
import { comparePlaces, type Place } from "../../query/order.ts";
import type { ProductFilter } from "../../../../contract/catalog/product-filter.ts";
import type { Segment } from "../pending/segment.ts";
import { estimateCosts } from "./cost-model.ts";
import { MAX_SCAN_US, passByStretches, passOneByOne, readInOrder } from "./ordered-scan.ts";
import { readConditions } from "./term-conditions.ts";
import { readUnreached, type Backlog, type BacklogPart } from "../pending/read-backlog.ts";
import { readHeld } from "../pending/search-memtable.ts";
import { readCandidates, type Found, type Query, type Row } from "./read-index.ts";
import { BacklogNotHeld } from "../pending/memtable.ts";

/** By their terms no more products are looked at: many short pages are better then. */
const MAX_CANDIDATES = 500_000;

export type Held = Backlog & {
  blocks: ReadonlyMap<number, Segment>;
  /** Entries that are worth waiting for until they are among the blocks. */
  lacking: readonly BacklogPart[];
  /** Products that are passed first; told where it does not follow from the filter. */
  first_window?: number | undefined;
};

export const isAll = (filter: ProductFilter): boolean => Object.values(filter).every((value) => value === undefined);

export async function find(db: pg.ClientBase, query: Query, backlog: Held): Promise<Found> {
  const { filter, order, limit } = query;
  const conditions = isAll(filter) ? [] : await readConditions(db, filter);
  const { is_settled, products, first_window } = backlog;
  const bySku = order.field === "sku";
  const costs = estimateCosts(filter, conditions, { limit, products, by_sku: bySku, is_settled });
  // A beginning of SKUs is a part of their order; in any other order it is what narrows.
  const narrows = filter.sku !== undefined && !bySku;
  const us = costs.candidates;
  const isByStretches = costs.by_stretches.all < costs.one_by_one.all;
  const passing = isByStretches ? passByStretches(db, query, costs, is_settled) : passOneByOne(db, conditions, costs);
  const options = { passed: costs.passed, first_window };
  if (!narrows && us >= Math.min(costs.one_by_one.all, costs.by_stretches.all, MAX_SCAN_US)) {
    // One by one, the order of the SKUs is that of products itself, so nothing can be missing.
    const isComplete = bySku && !isByStretches;
    if (!isComplete) expectHeld(backlog);
    const found = await readInOrder(query, passing, { ...options, us });
    if (!found.is_left) return isComplete ? found : withBacklog(db, query, found, backlog);
  }
  expectHeld(backlog);
  const found = await readCandidates(db, query, costs.narrowing, { is_settled, most: MAX_CANDIDATES });
  if (found.candidates <= MAX_CANDIDATES) return withBacklog(db, query, found, backlog);
  return withBacklog(db, query, await readInOrder(query, passing, { ...options, us: Infinity }), backlog);
}

/** @throws BacklogNotHeld */
function expectHeld({ lacking }: Held): void {
  if (lacking.length > 0) throw new BacklogNotHeld(lacking);
}

/** Adds what the index has not reached: of the entries in memory, and of the others. */
async function withBacklog(db: pg.ClientBase, query: Query, found: Found, { entries, blocks }: Held): Promise<Found> {
  const held = entries.flatMap(({ id }) => blocks.get(id) ?? []);
  const others = entries.filter(({ id }) => !blocks.has(id));
  // What stands behind that is on a later page.
  const bound = found.until ?? (found.rows.length < query.limit ? undefined : found.rows.at(-1));
  return merge(query, [
    found,
    await readHeld(db, query, held, bound),
    { rows: others.length === 0 ? [] : await readUnreached(db, query, others), until: undefined },
  ]);
}

/** All in one order, each product once, and nothing from behind what any of them has been read to. */
function merge({ order, limit }: Query, parts: readonly Found[]): Found {
  const rows = new Map<string, Row>();
  for (const row of parts.flatMap((part) => part.rows)) rows.set(row.sku_key, row);
  const sorted = [...rows.values()].sort((a, b) => comparePlaces(order, a, b));
  const [until] = parts
    .flatMap((part): Place[] => (part.until === undefined ? [] : [part.until]))
    .sort((a, b) => comparePlaces(order, a, b));
  const known = until === undefined ? sorted : sorted.filter((row) => comparePlaces(order, row, until) <= 0);
  return { rows: known.slice(0, limit), until: known.length >= limit ? undefined : until };
}
