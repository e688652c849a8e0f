// Finds the products of a page: reads the index in the way that is estimated to be quickest, then adds the pending products.
import type pg from "pg";
import { comparePositions, type KeysetPosition } from "../../query/order.ts";
import type { Segment } from "../pending/segment.ts";
import { estimateCosts } from "./cost-model.ts";
import { MAX_TERMS_US, readInOrder, scanByKeyRange, scanOneByOne } from "./ordered-scan.ts";
import { readTermStats } from "./term-conditions.ts";
import { readPending, type Backlog, type BacklogEntry } from "../pending/read-backlog.ts";
import { searchMemtable } from "../pending/search-memtable.ts";
import { readCandidates, type Found, type Query, type Row } from "./read-index.ts";
import { SegmentsMissing } from "../pending/memtable.ts";

/** Maximum number of products that are read because they have the search terms. If more products have the terms, the server scans the
 * products in list order, and the page may have fewer products than requested. */
const MAX_CANDIDATES = 500_000;

export interface SearchState extends Backlog {
  segments: ReadonlyMap<number, Segment>;
  /** Backlog entries whose products are not in memory yet. The list request may wait until they are loaded. */
  missing: readonly BacklogEntry[];
  /** Number of products that the first statement of an ordered scan reads. If undefined, the number is estimated. */
  first_window?: number | undefined;
}

/** @throws SegmentsMissing if the page needs pending products that are being loaded into memory */
export async function findPage(db: pg.ClientBase, query: Query, state: SearchState): Promise<Found> {
  const { filter, order, limit } = query;
  const conditions = filter.matches_all ? [] : await readTermStats(db, filter);
  const { is_settled, products, first_window } = state;
  const bySku = order.field === "sku";
  const costs = estimateCosts(filter, conditions, { limit, products, by_sku: bySku, is_settled });
  // In SKU order, all SKUs with the same prefix are neighbours, so a scan reads only their key range. In any other order, a scan would read
  // all products. The products that have the search terms and a matching SKU are then read instead.
  const skuNarrows = filter.sku !== undefined && !bySku;
  const termsUs = costs.candidates;
  const byKeyRange = costs.by_key_range.all < costs.one_by_one.all;
  const scan = byKeyRange ? scanByKeyRange(db, query, costs, is_settled) : scanOneByOne(db, conditions, costs);
  const limits = { scanned_per_match: costs.scanned_per_match, first_window };
  if (!skuNarrows && termsUs >= Math.min(costs.one_by_one.all, costs.by_key_range.all, MAX_TERMS_US)) {
    // A scan by SKU reads the table of products itself, so it finds pending products too.
    const isComplete = bySku && !byKeyRange;
    if (!isComplete) expectSegments(state);
    const found = await readInOrder(query, scan, { ...limits, terms_us: termsUs });
    if (!found.is_abandoned) return isComplete ? found : addPending(db, query, found, state);
  }
  expectSegments(state);
  const found = await readCandidates(db, query, costs.narrowing, { is_settled, max: MAX_CANDIDATES });
  if (found.candidates <= MAX_CANDIDATES) return addPending(db, query, found, state);
  return addPending(db, query, await readInOrder(query, scan, { ...limits, terms_us: Infinity }), state);
}

/** @throws SegmentsMissing if segments are missing */
function expectSegments({ missing }: SearchState): void {
  if (missing.length > 0) throw new SegmentsMissing(missing);
}

/** Adds the pending products that belong to the page. Reads backlog entries from their segments in memory, and entries without a segment
 * from the database. */
async function addPending(
  db: pg.ClientBase,
  query: Query,
  found: Found,
  { entries, segments }: SearchState,
): Promise<Found> {
  const inMemory = entries.flatMap(({ id }) => segments.get(id) ?? []);
  const others = entries.filter(({ id }) => !segments.has(id));
  // Products after this position belong to a later page.
  const until = found.until ?? (found.rows.length < query.limit ? undefined : found.rows.at(-1));
  return merge(query, [
    found,
    await searchMemtable(db, query, inMemory, until),
    { rows: others.length === 0 ? [] : await readPending(db, query, others), until: undefined },
  ]);
}

/** Merges the products from several sources in list order and removes duplicates. The page ends where the first incomplete source ends. */
function merge({ order, limit }: Query, sources: readonly Found[]): Found {
  const rows = new Map<string, Row>();
  for (const row of sources.flatMap((source) => source.rows)) rows.set(row.sku_key, row);
  const sorted = [...rows.values()].sort((a, b) => comparePositions(order, a, b));
  const [until] = sources
    .flatMap((source): KeysetPosition[] => (source.until === undefined ? [] : [source.until]))
    .sort((a, b) => comparePositions(order, a, b));
  const complete = until === undefined ? sorted : sorted.filter((row) => comparePositions(order, row, until) <= 0);
  return { rows: complete.slice(0, limit), until: complete.length >= limit ? undefined : until };
}
