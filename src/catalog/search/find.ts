// The products of a page, by the quicker of two ways, and what the index has not reached.
import type pg from "pg";
import { comparePlaces, type Place } from "../order.ts";
import type { ProductFilter } from "../../../contract/product-filter.ts";
import type { Block } from "./block.ts";
import { estimateCosts, type Costs } from "./costs.ts";
import { readConditions, type TermCondition } from "./plan.ts";
import { readUnreached, type Backlog, type BacklogPart } from "./read-backlog.ts";
import { readHeld } from "./read-held.ts";
import { BacklogNotHeld } from "./tail.ts";
import { readCandidates, readWindow, type Found, type Query, type Row } from "./read-index.ts";

/** By their terms no more products are looked at: many short pages are better then. */
const MOST_CANDIDATES = 500_000;
/** What is estimated to take longer by terms is read in order; after a time without a single product of it, it may take this long. */
const MOST_US = 250_000;
const MOST_US_LATE = 500_000;

/** Products that are passed in one statement: no fewer, since it costs something by itself, and no more, to see how it goes. */
const SMALLEST_WINDOW = 2000;
const LARGEST_WINDOW = 32_000;
/** What has been found in a few windows says little, so what was begun is gone on with unless the other way is much quicker. */
const MUCH_QUICKER = 0.7;

export type Held = Backlog & {
  blocks: ReadonlyMap<number, Block>;
  /** Entries that are worth waiting for until they are among the blocks. */
  lacking: readonly BacklogPart[];
  /** Products that are passed first; told where it does not follow from the filter. */
  first_window?: number | undefined;
};

export const isAll = (filter: ProductFilter): boolean => Object.values(filter).every((value) => value === undefined);

export async function find(db: pg.ClientBase, query: Query, backlog: Held): Promise<Found> {
  const { filter, order, limit } = query;
  const conditions = isAll(filter) ? [] : await readConditions(db, filter);
  const by_sku = order.field === "sku";
  const is_settled = backlog.behind === 0;
  const costs = estimateCosts(filter, conditions, { limit, products: backlog.products, by_sku, is_settled });
  // A beginning of SKUs is a part of their order; in any other order it is what narrows.
  const narrows = filter.sku !== undefined && order.field !== "sku";
  const is_indexed = conditions.length > 0;
  const in_order = limit * costs.passed * costs.pass;
  if (narrows || (is_indexed && costs.candidates < Math.min(in_order, MOST_US))) {
    return (await readByTerms(db, query, costs.narrowing, backlog)) ?? readAll(db, query, conditions, costs, backlog);
  }
  const found = await readInOrder(db, query, conditions, {
    costs,
    may_leave: is_indexed,
    first_window: backlog.first_window,
  });
  if (found !== undefined) return withBacklog(db, query, found, backlog);
  return (await readByTerms(db, query, costs.narrowing, backlog)) ?? readAll(db, query, conditions, costs, backlog);
}

async function readByTerms(
  db: pg.ClientBase,
  query: Query,
  narrowing: readonly TermCondition[],
  backlog: Held,
): Promise<Found | undefined> {
  const behind = await readBehind(db, query, backlog);
  const candidates = await readCandidates(db, query, narrowing, {
    most: MOST_CANDIDATES,
    is_settled: backlog.behind === 0,
  });
  return candidates === undefined ? undefined : merge(query, [candidates, ...behind]);
}

/** In order, whatever that comes to. */
async function readAll(
  db: pg.ClientBase,
  query: Query,
  conditions: readonly TermCondition[],
  costs: Costs,
  backlog: Held,
): Promise<Found> {
  const options = { costs, may_leave: false, first_window: backlog.first_window };
  const found = await readInOrder(db, query, conditions, options);
  return withBacklog(db, query, found ?? { rows: [], until: undefined }, backlog);
}

/** The order of the SKUs is that of products itself, so nothing can be missing. */
async function withBacklog(db: pg.ClientBase, query: Query, found: Found, backlog: Held): Promise<Found> {
  return query.order.field === "sku" ? found : merge(query, [found, ...(await readBehind(db, query, backlog))]);
}

/** Window by window until there are enough or the time is up. Undefined where the terms turn out to be the quicker way. */
async function readInOrder(
  db: pg.ClientBase,
  query: Query,
  conditions: readonly TermCondition[],
  { costs, may_leave, first_window }: { costs: Costs; may_leave: boolean; first_window: number | undefined },
): Promise<Found | undefined> {
  const started = performance.now();
  const rows: Row[] = [];
  let after = query.after;
  let passed = 0;
  let window = first_window ?? windowFor(query.limit * costs.passed);
  for (;;) {
    const found = await readWindow(db, { ...query, after, limit: query.limit - rows.length }, conditions, window);
    rows.push(...found.rows);
    if (found.until === undefined) return { rows, until: undefined };
    passed += window;
    after = found.until;
    const left = ((query.limit - rows.length) * passed) / Math.max(rows.length, 0.5);
    const is_slower = costs.candidates < MOST_US && costs.candidates < left * costs.pass * MUCH_QUICKER;
    if (may_leave && is_slower) return undefined;
    const spent_ms = performance.now() - started;
    if (spent_ms >= query.patience_ms) {
      // As when all that has just been imported stands first and has nothing of it.
      const is_stuck = rows.length === 0 && costs.candidates < MOST_US_LATE;
      return is_stuck && may_leave ? undefined : { rows, until: after };
    }
    // No more than fits into the time that is left, as fast as it went so far.
    const fitting = (passed * (query.patience_ms - spent_ms)) / spent_ms;
    window = first_window === undefined ? windowFor(Math.min(left * 1.2, fitting)) : window * 2;
  }
}

const windowFor = (products: number): number =>
  Math.round(Math.min(Math.max(products, SMALLEST_WINDOW), LARGEST_WINDOW));

/** What the index has not reached: of the entries in memory, and of the others.
 * @throws BacklogNotHeld */
async function readBehind(db: pg.ClientBase, query: Query, { entries, blocks, lacking }: Held): Promise<Found[]> {
  if (lacking.length > 0) throw new BacklogNotHeld(lacking);
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
  const [until] = parts
    .flatMap((part): Place[] => (part.until === undefined ? [] : [part.until]))
    .sort((a, b) => comparePlaces(order, a, b));
  const known = until === undefined ? sorted : sorted.filter((row) => comparePlaces(order, row, until) <= 0);
  return { rows: known.slice(0, limit), until: known.length >= limit ? undefined : until };
}
