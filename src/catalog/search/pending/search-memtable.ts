// The products of the backlog that is held in memory: the blocks say which may be meant and where they stand, the database says
// whether they are and still do.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Queryable } from "../../../db/connection/connect.ts";
import { compileFilter } from "../../query/filter.ts";
import { comparePlaces, SORT_KEYS, type Place } from "../../query/order.ts";
import { LISTED } from "../../store.ts";
import type { Segment } from "./segment.ts";
import { matchersOf } from "./byte-matcher.ts";
import type { Found, Query, Row } from "../query/read-index.ts";

const LARGEST_BATCH = 5000;
const TURN_MS = 10;

/** @param bound what stands behind it is not looked for */
export async function readHeld(
  db: Queryable,
  query: Query,
  blocks: readonly Segment[],
  bound: Place | undefined,
): Promise<Found> {
  const { order, limit } = query;
  const matchers = matchersOf(query.filter);
  const rows: Row[] = [];
  const giveUpAt = performance.now() + query.patience_ms;
  let after = query.after;
  for (let batch = limit; ; batch = Math.min(batch * 4, LARGEST_BATCH)) {
    const stretch = { after, until: bound };
    const found = await searchAll(blocks, (block) => block.first(order, stretch, matchers, batch));
    const places = firstOf(found, query, batch);
    if (places.length > 0) rows.push(...(await readAtPlaces(db, query, places)));
    if (rows.length >= limit || places.length < batch) return { rows: rows.slice(0, limit), until: undefined };
    after = places.at(-1);
    if (performance.now() > giveUpAt) return { rows, until: after };
  }
}

/** Other requests have their turn in between: half a million products take some 50 ms. */
async function searchAll(blocks: readonly Segment[], search: (block: Segment) => Place[]): Promise<Place[]> {
  const places: Place[] = [];
  let turnEnds = performance.now() + TURN_MS;
  for (const block of blocks) {
    places.push(...search(block));
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
  return places;
}

/** The first places of several blocks, each once. */
function firstOf(places: Place[], { order }: Query, count: number): Place[] {
  places.sort((a, b) => comparePlaces(order, a, b));
  return places
    .filter((place, i) => i === 0 || comparePlaces(order, place, places[i - 1] as Place) !== 0)
    .slice(0, count);
}

/** The products that the filter means and that stand where the block says. One that has moved since is found by another entry. */
async function readAtPlaces(db: Queryable, { filter, order }: Query, places: readonly Place[]): Promise<Row[]> {
  const standingAt = new Set(places.map(textOf));
  const { where, values } = compileFilter(filter, [[...new Set(places.map(({ sku_key }) => sku_key))]]);
  const { rows } = await db.query<Row>(
    `select p.sku_key, ${SORT_KEYS[order.field].sql} as sort_value, ${LISTED}
     from unnest($1::text[]) k (sku_key) join products p on p.sku_key = k.sku_key where ${where}`,
    values,
  );
  return rows.filter((row) => standingAt.has(textOf(row))).sort((a, b) => comparePlaces(order, a, b));
}

const textOf = ({ sort_value, sku_key }: Place): string => JSON.stringify([sort_value, sku_key]);
