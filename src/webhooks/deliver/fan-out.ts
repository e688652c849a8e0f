// Fans out events: one statement creates a delivery for each webhook that subscribes to an event. Several workers can run this
// statement at the same time. Events are processed as they become visible, not in id order, so a long transaction delays only its
// own events.
import type { Queryable } from "../../db/connection/connect.ts";
import { VOLUME_TYPES } from "../../../contract/webhooks/event-types.ts";

/** Maximum number of events per statement. */
const EVENTS = 1000;
/** Approximate maximum number of deliveries per statement. */
const DELIVERIES = 20_000;

/** Types of events that are split into batches of products for webhooks whose `volume` is `products`. */
const SPLIT_TYPES = VOLUME_TYPES.filter((type) => type !== "import.started");

const list = (types: readonly string[]): string => `(${types.map((type) => `'${type}'`).join(", ")})`;

/** SQL condition: webhook `w` subscribes to event `e`. */
export const SUBSCRIBES = `case
  when e.type = 'products.changed' then w.volume = 'products'
  when e.type in ${list(VOLUME_TYPES)} then w.volume <> 'none' and (w.types is null or e.type = any(w.types))
  else w.types is null or e.type = any(w.types) end`;

/** SQL condition: event `e` can be split into batches of products. */
export const CAN_SPLIT = `(e.type in ${list(SPLIT_TYPES)} and e.changeset_id is not null)`;

/** SQL for the priority of a delivery: `products.changed` events have a lower priority (1) than other events (0). */
const PRIORITY = "case when e.type = 'products.changed' then 1 else 0 end";

export interface FannedOut {
  events: number;
  /** Number of the processed events that must be split into batches. */
  to_split: number;
  webhook_ids: number[];
}

/** Creates deliveries for waiting events. Each call processes a limited number of events: call this function until `events` is
 * 0. */
export async function fanOut(db: Queryable): Promise<FannedOut> {
  const { rows } = await db.query<{ events: number; to_split: number; webhook_ids: number[] | null }>(
    `with e as (
       select id, type, changeset_id, at from events where not fanned_out order by id
       limit (select least(${EVENTS}, 1 + ${DELIVERIES} / (1 + count(*))) from webhooks where enabled) for update skip locked
     ), marked as (
       update events set fanned_out = true where id in (select id from e)
     ), to_split as (
       insert into webhook_batches (event_id, changeset_id, happened_at)
       select e.id, e.changeset_id, e.at from e
       where ${CAN_SPLIT}
         and exists (select 1 from webhooks w where w.enabled and w.deleted_at is null and w.volume = 'products' and w.created_at <= e.at)
       on conflict do nothing returning event_id
     ), made as (
       insert into webhook_deliveries (webhook_id, event_id, type, happened_at, priority, due_at)
       select w.id, e.id, e.type, e.at, ${PRIORITY}, now()
       from e join webhooks w on w.enabled and w.deleted_at is null and w.created_at <= e.at and ${SUBSCRIBES}
       order by e.id
       on conflict do nothing returning webhook_id
     )
     select (select count(*) from e) as events, (select count(*) from to_split) as to_split,
            (select array_agg(distinct webhook_id) from made) as webhook_ids`,
  );
  const { events = 0, to_split = 0, webhook_ids = null } = rows[0] ?? {};
  return { events, to_split, webhook_ids: webhook_ids ?? [] };
}
