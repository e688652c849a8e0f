// Describes the event types for the API: schema and example of the whole body.
import { z } from "zod";
import { DESCRIBED_EVENTS, EVENT_TYPES, VOLUME_TYPES } from "../../contract/webhooks/event-types.ts";
import { EVENTS, type EventType } from "../../contract/webhooks/events.ts";
import type { list_event_types } from "../../contract/webhooks/webhooks.ts";

type EventTypes = z.infer<(typeof list_event_types)["schema"]["response"][200]>;

export function describeEventTypes(): EventTypes {
  return { items: EVENT_TYPES.map(describe) };
}

const BULK: ReadonlySet<EventType> = new Set([...VOLUME_TYPES, "products.changed"]);

function describe(type: EventType): EventTypes["items"][number] {
  const body = z.object({ type: z.literal(type), timestamp: z.iso.datetime({ offset: true }), data: EVENTS[type] });
  const { description, example } = DESCRIBED_EVENTS[type];
  return {
    type,
    description,
    chosen_by: type === "ping" ? "test" : type === "products.changed" ? "volume" : "types",
    needs_volume: BULK.has(type),
    schema: z.toJSONSchema(body, { target: "draft-2020-12" }),
    example: { type, timestamp: "2026-01-02T03:04:05.678Z", data: example },
  };
}
