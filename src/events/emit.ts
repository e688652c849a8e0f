// Stores events in the caller's transaction, so that readers see an event if and only if the change was committed.
import type { Queryable } from "../db/connection/connect.ts";
import { EVENT_CHANNEL } from "./channels.ts";
import type { EventData, EventType } from "../../contract/webhooks/events.ts";

export type NewEvent = {
  [Type in EventType]: { type: Type; changeset_id: number | null; data: EventData<Type> };
}[EventType];

export async function emitEvents(db: Queryable, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db.query(
    `with inserted as (
       insert into events (type, changeset_id, data)
       select * from unnest($1::text[], $2::bigint[], $3::jsonb[])
       returning id
     )
     select pg_notify('${EVENT_CHANNEL}', max(id)::text) from inserted`,
    [
      events.map(({ type }) => type),
      events.map(({ changeset_id }) => changeset_id),
      events.map(({ data }) => JSON.stringify(data)),
    ],
  );
}
