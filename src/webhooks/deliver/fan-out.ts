// From events to deliveries: one statement makes a delivery for each webhook that an event is for. Several workers may do so
// at a time, and a long transaction holds nobody up: an event is taken when it is seen, not in the order of ids.
import type { Queryable } from "../../db/connection/connect.ts";
import { VOLUME_TYPES } from "../../../contract/webhooks/event-types.ts";

/** Events that one statement takes, and about how many deliveries it may make of them. */
const EVENTS = 1000;
const DELIVERIES = 20_000;

/** Events of many products that are cut into batches, for webhooks with the volume `products`. */
const CUT_TYPES = VOLUME_TYPES.filter((type) => type !== "import.started");

const list = (types: readonly string[]): string => `(${types.map((type) => `'${type}'`).join(", ")})`;

/** SQL: whether webhook `w` gets event `e`. */
export const CHOOSES = `case
  when e.type = 'products.changed' then w.volume = 'products'
  when e.type in ${list(VOLUME_TYPES)} then w.volume <> 'none' and (w.types is null or e.type = any(w.types))
  else w.types is null or e.type = any(w.types) end`;

/** SQL: whether event `e` is of many products that can be listed. */
export const IS_CUT = `(e.type in ${list(CUT_TYPES)} and e.changeset_id is not null)`;

/** SQL: what may wait for what happens now. */
const PRIORITY = "case when e.type = 'products.changed' then 1 else 0 end";

export interface FannedOut {
  events: number;
  /** Of these, so many have to be cut into batches. */
  to_cut: number;
  webhook_ids: number[];
}

/** Makes deliveries of what waits, or of a part of it: call it again until it finds no events. */
export async function fanOut(db: Queryable): Promise<FannedOut> {
  const { rows } = await db.query<{ events: number; to_cut: number; webhook_ids: number[] | null }>(
    `with e as (
       select id, type, changeset_id, at from events where not fanned_out order by id
       limit (select least(${EVENTS}, 1 + ${DELIVERIES} / (1 + count(*))) from webhooks where enabled) for update skip locked
     ), marked as (
       update events set fanned_out = true where id in (select id from e)
     ), to_cut as (
       insert into webhook_batches (event_id, changeset_id, happened_at)
       select e.id, e.changeset_id, e.at from e
       where ${IS_CUT}
         and exists (select from webhooks w where w.enabled and w.deleted_at is null and w.volume = 'products' and w.created_at <= e.at)
       on conflict do nothing returning event_id
     ), made as (
       insert into webhook_deliveries (webhook_id, event_id, type, happened_at, priority, due_at)
       select w.id, e.id, e.type, e.at, ${PRIORITY}, now()
       from e join webhooks w on w.enabled and w.deleted_at is null and w.created_at <= e.at and ${CHOOSES}
       order by e.id
       on conflict do nothing returning webhook_id
     )
     select (select count(*) from e) as events, (select count(*) from to_cut) as to_cut,
            (select array_agg(distinct webhook_id) from made) as webhook_ids`,
  );
  const { events = 0, to_cut = 0, webhook_ids = null } = rows[0] ?? {};
  return { events, to_cut, webhook_ids: webhook_ids ?? [] };
}
