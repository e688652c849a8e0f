// Reads products in list order and skips those that do not match. Products are read one by one or by key range. In a key range, the terms
// of the search select the products that may match.
import type { Queryable } from "../../../db/connection/connect.ts";
import type { KeysetPosition } from "../../query/order.ts";
import type { Costs } from "./cost-model.ts";
import type { TermCondition } from "./term-conditions.ts";
import { readCandidates, readKeyRangeEnd, readWindow, type Found, type Query, type Row } from "./read-index.ts";

/** Minimum number of products that a statement scans, because every statement has a start-up cost. */
const MIN_WINDOW = 2000;
/** Maximum number of products that one statement scans. After each statement, the cost of continuing the scan is estimated again. */
const MAX_WINDOW = 32_000;
/** Factor by which a key range is made longer than estimated. If the range is too short, a second one is needed, and PostgreSQL reads all
 * index entries of the search terms again. */
const MARGIN = 1.5;
/** A scan in list order is abandoned only if reading the products that have the search terms is estimated to cost less than this share of
 * the cost of continuing the scan. The share is well below 1, because the estimate is unreliable after only a few statements. */
const SWITCH_FACTOR = 0.7;
/** Maximum estimated cost of reading the products that have the search terms. If the estimate is higher, products are scanned in list
 * order. */
export const MAX_TERMS_US = 250_000;
/** Maximum estimated cost of reading the products that have the search terms, if a scan in list order has reached its time limit without
 * finding a match. */
const MAX_TERMS_US_LATE = 500_000;

/** A way to read products in list order. */
export interface OrderedScan {
  /** Estimated cost of each scanned product in microseconds. */
  us: number;
  max_window: number;
  read: (query: Query, window: number) => Promise<ScannedWindow>;
}

interface ScannedWindow extends Found {
  /** Estimated number of scanned products. */
  scanned: number;
}

export function scanOneByOne(db: Queryable, conditions: readonly TermCondition[], { one_by_one }: Costs): OrderedScan {
  return {
    us: one_by_one.each,
    max_window: MAX_WINDOW,
    read: async (query, window) => ({ ...(await readWindow(db, query, conditions, window)), scanned: window }),
  };
}

/** Scans by key range. PostgreSQL reads two sets of index entries: the key range in the index of the sort order, and the entries of the
 * search's terms. It reads only the products that are in both sets. */
export function scanByKeyRange(
  db: Queryable,
  { patience_ms }: Query,
  { by_key_range }: Costs,
  isSettled: boolean,
): OrderedScan {
  return {
    us: by_key_range.each,
    max_window: (patience_ms * 1000) / by_key_range.each,
    async read(query, window) {
      const until = await readKeyRangeEnd(db, query, window * MARGIN);
      const found = await readCandidates(db, query, by_key_range.narrowing, { is_settled: isSettled, until });
      return { ...found, scanned: window * MARGIN };
    },
  };
}

interface ScanLimits {
  /** Estimated cost of the alternative, which is to read only the products that have the search terms. Infinity if the filter has no search
   * terms. */
  terms_us: number;
  /** Estimated number of scanned products for each match. */
  scanned_per_match: number;
  /** Number of products that the first statement of the scan reads; each further statement reads twice as many as the one before. If
   * undefined, the numbers are estimated from the matches found and the speed measured so far. */
  first_window: number | undefined;
}

/** Scans products in list order. Stops when the page is full, when the time limit is reached, or when reading only the products that have
 * the search terms is estimated to be cheaper. In the last case, `is_abandoned` is true. */
export async function readInOrder(
  query: Query,
  scan: OrderedScan,
  { terms_us, scanned_per_match, first_window }: ScanLimits,
): Promise<Found & { is_abandoned: boolean }> {
  const windowFor = (products: number): number => Math.round(Math.min(Math.max(products, MIN_WINDOW), scan.max_window));
  const started = performance.now();
  const rows: Row[] = [];
  let after: KeysetPosition | undefined = query.after;
  let scanned = 0;
  let window = first_window ?? windowFor(query.limit * scanned_per_match);
  for (;;) {
    const found = await scan.read({ ...query, after, limit: query.limit - rows.length }, window);
    rows.push(...found.rows);
    if (found.until === undefined) return { rows, until: undefined, is_abandoned: false };
    scanned += found.scanned;
    after = found.until;
    const left = ((query.limit - rows.length) * scanned) / Math.max(rows.length, 0.5);
    const isSlower = terms_us < MAX_TERMS_US && terms_us < left * scan.us * SWITCH_FACTOR;
    const spentMs = performance.now() - started;
    const isLate = spentMs >= query.patience_ms;
    // The time is over and the scan has found no match, for example because the newest import comes first in the order and none of its
    // products match. Read the products that have the search terms instead.
    const isStuck = isLate && rows.length === 0 && terms_us < MAX_TERMS_US_LATE;
    if (isSlower || isStuck || isLate) return { rows, until: after, is_abandoned: isSlower || isStuck };
    // Number of products that can be scanned in the remaining time at the measured speed.
    const fitting = (scanned * (query.patience_ms - spentMs)) / spentMs;
    window = first_window === undefined ? windowFor(Math.min(left * 1.2, fitting)) : window * 2;
  }
}
