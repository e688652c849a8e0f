// Describes the event types for the API, each with the schema and an example of the whole body.
import { z } from "zod";
import { DESCRIBED_EVENTS, EVENT_TYPES } from "../../contract/webhooks/event-types.ts";
import { EVENTS, type EventType } from "../../contract/webhooks/events.ts";
import type { list_event_types } from "../../contract/webhooks/webhooks.ts";

type EventTypes = z.infer<(typeof list_event_types)["schema"]["response"][200]>;

export function describeEventTypes(): EventTypes {
  return { items: EVENT_TYPES.map(describe) };
}

type Selection = Pick<EventTypes["items"][number], "chosen_by" | "needs_volume">;
const BY_TYPE: Selection = { chosen_by: "types", needs_volume: false };
const BY_TYPE_AND_VOLUME: Selection = { chosen_by: "types", needs_volume: true };

const SELECTION: Record<EventType, Selection> = {
  "product.created": BY_TYPE,
  "product.updated": BY_TYPE,
  "product.deleted": BY_TYPE,
  "products.changed": { chosen_by: "volume", needs_volume: true },
  "import.started": BY_TYPE_AND_VOLUME,
  "import.completed": BY_TYPE_AND_VOLUME,
  "import.failed": BY_TYPE_AND_VOLUME,
  "import.cancelled": BY_TYPE_AND_VOLUME,
  "bulk.completed": BY_TYPE_AND_VOLUME,
  "changeset.undone": BY_TYPE_AND_VOLUME,
  "catalog.cleared": BY_TYPE_AND_VOLUME,
  "webhook.disabled": BY_TYPE,
  ping: { chosen_by: "test", needs_volume: false },
};

function describe(type: EventType): EventTypes["items"][number] {
  const body = z.object({ type: z.literal(type), timestamp: z.iso.datetime({ offset: true }), data: EVENTS[type] });
  const { description, example } = DESCRIBED_EVENTS[type];
  return {
    type,
    description,
    ...SELECTION[type],
    schema: z.toJSONSchema(body, { target: "draft-2020-12" }),
    example: { type, timestamp: "2026-01-02T03:04:05.678Z", data: example },
  };
}
