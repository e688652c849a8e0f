// Reads what happened in the order of the commits, with nothing left out: an event gets its place once it is committed, from
// the first who reads. However long some other transaction stays open, it holds nobody up.
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

/** Events placed at once: a reader that comes after a long pause must not keep the lock for long. */
const PLACED_AT_ONCE = 10_000;

/** Gives all that is committed its place. Who reads by place calls it first. */
export async function placeEvents(pool: pg.Pool): Promise<void> {
  for (;;) {
    // One message, so that the lock is never held for longer than PostgreSQL needs, whatever becomes of this process.
    const results = (await pool.query(
      `select pg_advisory_xact_lock(${LOCKS.event_order}, 0);
       update events e set position = placed.position
       from (select id, nextval('event_positions') as position
             from (select id from events where position is null order by id limit ${PLACED_AT_ONCE}) waiting) placed
       where e.id = placed.id and e.position is null`,
    )) as unknown as { rowCount: number | null }[];
    if ((results[1]?.rowCount ?? 0) < PLACED_AT_ONCE) return;
  }
}

// Whole products, their changes and batches of them take megabytes: the stream names the products only.
const STREAMED_DATA = `
  case when type in ('product.created', 'product.updated') then data - '{product,changes}'::text[]
       when type = 'products.changed' then data - 'items'
       when type = 'import.failed' then jsonb_set(data, '{problem}', coalesce(${shortProblem("(data -> 'problem')")}, 'null'))
       else data end`;

/** Events after the position `after`, in their order, with `data` as the stream shows it. */
export async function readEvents(db: Queryable, after: number, limit: number): Promise<StoredEvent[]> {
  const { rows } = await db.query<StoredEvent>(
    `select position, id, type, changeset_id, ${STREAMED_DATA} as data, at from events
     where position > $1 order by position limit $2`,
    [after, limit],
  );
  return rows;
}

/** Places of the oldest event that is kept and of the newest; where none is kept, of the one to come and the last that was. */
export async function eventBounds(db: Queryable): Promise<{ oldest: number; newest: number }> {
  const { rows } = await db.query<{ oldest: number; newest: number }>(
    `select coalesce((select min(position) from events), last + 1) as oldest,
            coalesce((select max(position) from events), last) as newest
     from (select case when is_called then last_value else 0 end as last from event_positions) given`,
  );
  return rows[0] as { oldest: number; newest: number };
}

/** Rows deleted by one statement. */
const PURGED_AT_ONCE = 5000;

/** Takes away what is older than `keep_days`; says how many. */
export async function purgeEvents(pool: pg.Pool, keepDays: number): Promise<number> {
  await placeEvents(pool);
  for (let purged = 0; ;) {
    const { rowCount } = await pool.query(
      `delete from events where id in (select id from events where at < now() - make_interval(days => $1) order by at limit $2)`,
      [keepDays, PURGED_AT_ONCE],
    );
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < PURGED_AT_ONCE) return purged;
  }
}
