// Reading on in order, past what is not meant: one product after the other, or a stretch of the order at once, where the terms say
// which of its products may be meant.
import type { Queryable } from "../../../db/connection/connect.ts";
import type { Place } from "../../query/order.ts";
import type { Costs } from "./cost-model.ts";
import type { TermCondition } from "./term-conditions.ts";
import { readCandidates, readStretch, readWindow, type Found, type Query, type Row } from "./read-index.ts";

/** Products that are passed in one statement: no fewer, since it costs something by itself, … */
const SMALLEST_WINDOW = 2000;
/** … and no more, to see how it goes. */
const LARGEST_WINDOW = 32_000;
/** So much longer are stretches than what is expected to do: another one would read all entries of the terms again. */
const AMPLE = 1.5;
/** What has been found in a few windows says little, so what was begun is gone on with unless the other way is much quicker. */
const MUCH_QUICKER = 0.7;
/** What is estimated to take longer by terms is read in order; after a time without a single product of it, it may take this long. */
export const MAX_SCAN_US = 250_000;
const MAX_SCAN_US_LATE = 500_000;

export interface Passing {
  /** Of each product that is passed. */
  us: number;
  largest: number;
  read: (query: Query, window: number) => Promise<Window>;
}

interface Window extends Found {
  /** About how many products were passed. */
  passed: number;
}

export function passOneByOne(db: Queryable, conditions: readonly TermCondition[], { one_by_one }: Costs): Passing {
  return {
    us: one_by_one.each,
    largest: LARGEST_WINDOW,
    read: async (query, window) => ({ ...(await readWindow(db, query, conditions, window)), passed: window }),
  };
}

/** PostgreSQL meets the entries of the order's index with those of the terms before it looks at any product. */
export function passByStretches(
  db: Queryable,
  { patience_ms }: Query,
  { by_stretches }: Costs,
  isSettled: boolean,
): Passing {
  return {
    us: by_stretches.each,
    largest: (patience_ms * 1000) / by_stretches.each,
    async read(query, window) {
      const until = await readStretch(db, query, window * AMPLE);
      const found = await readCandidates(db, query, by_stretches.narrowing, { is_settled: isSettled, until });
      return { ...found, passed: window * AMPLE };
    },
  };
}

interface Terms {
  /** In microseconds, what it would take to find the page by terms instead; Infinity where that is no choice. */
  us: number;
  /** How many products are passed for one that is found, at a guess. */
  passed: number;
  /** Products of the first window, then twice as many, again and again; else as many as it may take. */
  first_window: number | undefined;
}

/** Until there are enough or the time is up, or until it turns out that terms are the quicker way: `is_left` then. */
export async function readInOrder(query: Query, passing: Passing, terms: Terms): Promise<Found & { is_left: boolean }> {
  const windowFor = (products: number): number =>
    Math.round(Math.min(Math.max(products, SMALLEST_WINDOW), passing.largest));
  const started = performance.now();
  const rows: Row[] = [];
  let after: Place | undefined = query.after;
  let passed = 0;
  let window = terms.first_window ?? windowFor(query.limit * terms.passed);
  for (;;) {
    const found = await passing.read({ ...query, after, limit: query.limit - rows.length }, window);
    rows.push(...found.rows);
    if (found.until === undefined) return { rows, until: undefined, is_left: false };
    passed += found.passed;
    after = found.until;
    const left = ((query.limit - rows.length) * passed) / Math.max(rows.length, 0.5);
    const isSlower = terms.us < MAX_SCAN_US && terms.us < left * passing.us * MUCH_QUICKER;
    const spentMs = performance.now() - started;
    const isLate = spentMs >= query.patience_ms;
    // As when all that has just been imported stands first and has nothing of it.
    const isStuck = isLate && rows.length === 0 && terms.us < MAX_SCAN_US_LATE;
    if (isSlower || isStuck || isLate) return { rows, until: after, is_left: isSlower || isStuck };
    // No more than fits into the time that is left, as fast as it went so far.
    const fitting = (passed * (query.patience_ms - spentMs)) / spentMs;
    window = terms.first_window === undefined ? windowFor(Math.min(left * 1.2, fitting)) : window * 2;
  }
}
