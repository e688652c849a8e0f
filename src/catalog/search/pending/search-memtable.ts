// Searches pending products in memory. The segments return keyset positions of products that may match. The database then decides whether
// these products match and whether their sort values are still the same.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Queryable } from "../../../db/connection/connect.ts";
import { raw, statement } from "../../../db/sql.ts";
import { comparePositions, SORT_KEYS, type KeysetPosition } from "../../query/order.ts";
import { LISTED } from "../../store.ts";
import type { Segment } from "./segment.ts";
import { matchersOf } from "./byte-matcher.ts";
import type { Found, Query, Row } from "../query/read-index.ts";

const MAX_BATCH = 5000;
/** How long the search runs before it yields to other requests. A search of half a million products takes about 50 ms in total. */
const TURN_MS = 10;

/** Searches the segments for the products of a page.
 * @param until products after this position are omitted */
export async function searchMemtable(
  db: Queryable,
  query: Query,
  segments: readonly Segment[],
  until: KeysetPosition | undefined,
): Promise<Found> {
  const { order, limit } = query;
  const matchers = matchersOf(query.filter);
  const rows: Row[] = [];
  const giveUpAt = performance.now() + query.patience_ms;
  let after = query.after;
  for (let batch = limit; ; batch = Math.min(batch * 4, MAX_BATCH)) {
    const range = { after, until };
    const found = await searchAll(segments, (segment) => segment.first(order, range, matchers, batch));
    const positions = firstOf(found, query, batch);
    if (positions.length > 0) rows.push(...(await readAt(db, query, positions)));
    if (rows.length >= limit || positions.length < batch) return { rows: rows.slice(0, limit), until: undefined };
    after = positions.at(-1);
    if (performance.now() > giveUpAt) return { rows, until: after };
  }
}

async function searchAll(
  segments: readonly Segment[],
  search: (segment: Segment) => KeysetPosition[],
): Promise<KeysetPosition[]> {
  const positions: KeysetPosition[] = [];
  let turnEnds = performance.now() + TURN_MS;
  for (const segment of segments) {
    positions.push(...search(segment));
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
  return positions;
}

/** Sorts the positions found in all segments, removes duplicates and returns the first `count`. */
function firstOf(positions: KeysetPosition[], { order }: Query, count: number): KeysetPosition[] {
  positions.sort((a, b) => comparePositions(order, a, b));
  return positions
    .filter((position, i) => i === 0 || comparePositions(order, position, positions[i - 1] as KeysetPosition) !== 0)
    .slice(0, count);
}

/** Reads the matching products whose sort value is still the same as in their segment. Any other product has changed since the segment
 * was loaded, so a newer backlog entry contains it. */
async function readAt(db: Queryable, { filter, order }: Query, positions: readonly KeysetPosition[]): Promise<Row[]> {
  const expected = new Set(positions.map(textOf));
  const keys = [...new Set(positions.map(({ sku_key }) => sku_key))];
  const { rows } = await db.query<Row>(
    statement`select p.sku_key, ${raw(SORT_KEYS[order.field].sql)} as sort_value, ${raw(LISTED)}
     from unnest(${keys}::text[]) k (sku_key) join products p on p.sku_key = k.sku_key where ${filter.where}`,
  );
  return rows.filter((row) => expected.has(textOf(row))).sort((a, b) => comparePositions(order, a, b));
}

const textOf = ({ sort_value, sku_key }: KeysetPosition): string => JSON.stringify([sort_value, sku_key]);
