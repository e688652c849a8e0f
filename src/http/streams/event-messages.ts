// Formats the messages of the stream of all events.
import type { StoredEvent } from "../../events/read.ts";
import type { EventType, StreamData, StreamEvent } from "../../../contract/webhooks/events.ts";

/** Formats a message. Pass an `id` only if a reader that resumes after this id misses nothing. */
export function writeMessage(event: string, data: unknown, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** How the stream shows an event: as a change of one product, as a complete changeset, or not at all. */
const SHOWN_AS: Record<EventType, StreamData<"products">["changes"][number]["change"] | "changeset" | null> = {
  "product.created": "created",
  "product.updated": "updated",
  "product.deleted": "deleted",
  "products.changed": null,
  "import.started": null,
  "import.held": null,
  "import.completed": "changeset",
  "import.failed": "changeset",
  "import.cancelled": "changeset",
  "bulk.completed": "changeset",
  "changeset.undone": "changeset",
  "catalog.cleared": "changeset",
  "webhook.disabled": null,
  ping: null,
};

const shownAs = (type: string) => (Object.hasOwn(SHOWN_AS, type) ? SHOWN_AS[type as EventType] : null);

/** Formats events: one message for all products that were changed individually, and one message per changeset. The last message has the
 * id of the last event. */
export function writeEvents(events: readonly StoredEvent[]): string {
  const messages: { event: StreamEvent; data: unknown }[] = [];
  const changes = events.flatMap(({ type, data }) => {
    const change = shownAs(type);
    const { id, sku, version, changeset_id } = data;
    return change === null || change === "changeset" ? [] : [{ id, sku, version, changeset_id, change }];
  });
  if (changes.length > 0) messages.push({ event: "products", data: { changes } });
  for (const { type, changeset_id, data } of events)
    if (changeset_id !== null && shownAs(type) === "changeset")
      messages.push({ event: "changeset", data: { changeset_id, type, data } });
  const last = messages.length - 1;
  return messages
    .map(({ event, data }, index) => writeMessage(event, data, index === last ? events.at(-1)?.position : undefined))
    .join("");
}
