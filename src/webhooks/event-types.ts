// Describes the event types for the API. Each description contains the schema of the request body and an example of a body.
import { z } from "zod";
import { DESCRIBED_EVENTS, EVENT_TYPES } from "../../contract/webhooks/event-types.ts";
import { EVENTS, type EventType } from "../../contract/webhooks/events.ts";
import type { list_event_types } from "../../contract/webhooks/webhooks.ts";

type EventTypes = z.infer<(typeof list_event_types)["schema"]["response"][200]>;

export function describeEventTypes(): EventTypes {
  return { items: EVENT_TYPES.map(describe) };
}

function chosenBy(type: EventType): EventTypes["items"][number]["chosen_by"] {
  if (type === "products.changed") return "volume";
  return type === "ping" ? "test" : "types";
}

function describe(type: EventType): EventTypes["items"][number] {
  const body = z.object({ type: z.literal(type), timestamp: z.iso.datetime({ offset: true }), data: EVENTS[type] });
  const { description, needs_volume, example } = DESCRIBED_EVENTS[type];
  return {
    type,
    description,
    chosen_by: chosenBy(type),
    needs_volume,
    schema: z.toJSONSchema(body, { target: "draft-2020-12" }),
    example: { type, timestamp: "2026-01-02T03:04:05.678Z", data: example },
  };
}
