// Reads events in commit order, without gaps. The first reader after the commit assigns an event its position, so an open transaction
// delays neither readers nor other events.
import type pg from "pg";
import { LOCKS } from "../db/advisory-locks.ts";
import type { Queryable } from "../db/connection/connect.ts";
import { shortProblem } from "../db/short-json.ts";
import type { EventType } from "../../contract/webhooks/events.ts";

export interface StoredEvent {
  position: number;
  id: number;
  type: EventType;
  changeset_id: number | null;
  data: Record<string, unknown>;
  at: string;
}

/** Number of events that get a position in one statement. It is limited so that a reader never holds the lock for long, even if many events
 * have accumulated. */
const BATCH_SIZE = 10_000;

/** Assigns positions to all committed events. Call it before reading by position. */
export async function assignPositions(pool: pg.Pool): Promise<void> {
  for (;;) {
    // Send lock and update in one message, so that the transaction ends and releases the lock even if this process hangs or dies.
    const results = (await pool.query(
      `select pg_advisory_xact_lock(${LOCKS.event_order}, 0);
       update events e set position = assigned.position
       from (select id, nextval('event_positions') as position
             from (select id from events where position is null order by id limit ${BATCH_SIZE}) waiting) assigned
       where e.id = assigned.id and e.position is null`,
    )) as unknown as { rowCount: number | null }[];
    if ((results[1]?.rowCount ?? 0) < BATCH_SIZE) return;
  }
}

// Whole products, changes and batches can take megabytes, so the stream omits them.
const STREAMED_DATA = `
  case when type in ('product.created', 'product.updated') then data - '{product,changes}'::text[]
       when type = 'products.changed' then data - 'items'
       when type in ('import.failed', 'import.held') then jsonb_set(data, '{problem}', coalesce(${shortProblem("(data -> 'problem')")}, 'null'))
       else data end`;

/** The events after position `after` in order, with `data` as shown in the stream. */
export async function readEvents(db: Queryable, after: number, limit: number): Promise<StoredEvent[]> {
  const { rows } = await db.query<StoredEvent>(
    `select position, id, type, changeset_id, ${STREAMED_DATA} as data, at from events
     where position > $1 order by position limit $2`,
    [after, limit],
  );
  return rows;
}

/** Returns the positions of the oldest and the newest stored event. If no event is stored, returns the next position as the oldest and
 * the last assigned position as the newest. */
export async function eventBounds(db: Queryable): Promise<{ oldest: number; newest: number }> {
  const { rows } = await db.query<{ oldest: number; newest: number }>(
    `select coalesce((select min(position) from events), last + 1) as oldest,
            coalesce((select max(position) from events), last) as newest
     from (select case when is_called then last_value else 0 end as last from event_positions) given`,
  );
  return rows[0] as { oldest: number; newest: number };
}

/** Maximum number of rows that one statement deletes. */
const PURGE_BATCH = 5000;

/** Deletes events older than `keepDays` days. @returns the number of deleted events */
export async function purgeEvents(pool: pg.Pool, keepDays: number): Promise<number> {
  await assignPositions(pool);
  for (let purged = 0; ;) {
    const { rowCount } = await pool.query(
      `delete from events where id in (select id from events where at < now() - make_interval(days => $1) order by at limit $2)`,
      [keepDays, PURGE_BATCH],
    );
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < PURGE_BATCH) return purged;
  }
}
