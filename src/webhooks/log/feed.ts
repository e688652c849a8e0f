// The pull feed: what webhooks are told, in the order of the commits, for receivers that reconcile.
import type pg from "pg";
import { badCursor, decodeIntegerCursor, encodeCursor } from "../../db/cursor.ts";
import { eventBounds, assignPositions } from "../../events/read.ts";
import { readEventPrefix } from "../event-id.ts";
import type { FeedEvent } from "../../../contract/webhooks/deliveries.ts";
import type { EventType } from "../../../contract/webhooks/events.ts";
import { Problem } from "../../../contract/problems.ts";

const FEED_LIST = "events";

interface Page {
  items: FeedEvent[];
  next_cursor: string;
  has_more: boolean;
}

/** A page ends after this many bytes as they are stored, perhaps compressed: one event of a product may take 4 MB. */
const PAGE_BYTES = 512 << 10;

/** @throws Problem where the cursor is none of ours, or the events behind it are gone */
export async function readFeed(
  pool: pg.Pool,
  { cursor, type, limit }: { cursor?: string | undefined; type?: EventType | undefined; limit: number },
): Promise<Page> {
  await assignPositions(pool);
  const { oldest, newest } = await eventBounds(pool);
  const after = decodeIntegerCursor(FEED_LIST, cursor) ?? oldest - 1;
  if (after > newest && cursor !== undefined) throw badCursor();
  if (after < oldest - 1) {
    throw new Problem(
      "history-purged",
      "Events behind this cursor are no longer kept. Read what you need from the catalogue, and go on without a cursor.",
    );
  }
  const prefix = await readEventPrefix(pool);
  const { rows } = await pool.query<FeedEvent & { position: number; found: number }>(
    `select position, $1 || '_' || id as id, type, at as timestamp, data, found
     from (select *, count(*) over () as found,
                  sum(pg_column_size(data)) over (order by position) - pg_column_size(data) as bytes_before
           from (select position, id, type, at, data from events
                 where position > $2 and position <= $3 and ($4::text is null or type = $4)
                 order by position limit $5) candidates) sized
     where bytes_before < ${PAGE_BYTES} order by position`,
    [prefix, after, newest, type ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const hasMore = (rows[0]?.found ?? 0) > page.length;
  // Where a page is not full, all up to the newest has been looked at
  const last = hasMore ? (page.at(-1)?.position ?? after) : Math.max(newest, after);
  return {
    items: page.map(({ id, type: ofType, timestamp, data }) => ({ id, type: ofType, timestamp, data })),
    next_cursor: encodeCursor(FEED_LIST, [last]),
    has_more: hasMore,
  };
}
