// The event feed: all events in commit order, for receivers that poll for events or look for events they missed.
import type pg from "pg";
import { badCursor, decodeIntegerCursor, encodeCursor } from "../../cursor.ts";
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

/** Maximum size of a page, in stored and possibly compressed bytes: a single product event can have 4 MB. */
const PAGE_BYTES = 512 << 10;

/** Reads a page of events. @throws Problem if the cursor is not valid, or if events after the cursor have been purged */
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
      "Events after this cursor have been purged. Reload your data from the catalogue, then read the feed without a cursor.",
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
  // If the page is not full, all events up to the newest one have been read.
  const last = hasMore ? (page.at(-1)?.position ?? after) : Math.max(newest, after);
  return {
    items: page.map(({ id, type: ofType, timestamp, data }) => ({ id, type: ofType, timestamp, data })),
    next_cursor: encodeCursor(FEED_LIST, [last]),
    has_more: hasMore,
  };
}
