// What the stream of everything sends, as text.
import type { StoredEvent } from "../../events/read.ts";
import type { StreamData, StreamEvent } from "../../../contract/webhooks/events.ts";

/** `id` only where a reader that comes back with it has missed nothing before. */
export function writeMessage(event: string, data: unknown, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

const CHANGES: Partial<Record<string, StreamData<"products">["changes"][number]["change"]>> = {
  "product.created": "created",
  "product.updated": "updated",
  "product.deleted": "deleted",
};

/** Events that say that a changeset is complete. */
const COMPLETED: ReadonlySet<string> = new Set([
  ...["import.completed", "import.cancelled", "import.failed"],
  ...["bulk.completed", "catalog.cleared", "changeset.undone"],
]);

/** Products that changed as one message, changesets one by one; the last has the id of all. */
export function writeEvents(events: readonly StoredEvent[]): string {
  const messages: { event: StreamEvent; data: unknown }[] = [];
  const changes = events.flatMap(({ type, data }) => {
    const change = CHANGES[type];
    const { id, sku, version, changeset_id } = data;
    return change === undefined ? [] : [{ id, sku, version, changeset_id, change }];
  });
  if (changes.length > 0) messages.push({ event: "products", data: { changes } });
  for (const { type, changeset_id, data } of events)
    if (changeset_id !== null && COMPLETED.has(type))
      messages.push({ event: "changeset", data: { changeset_id, type, data } });
  const last = messages.length - 1;
  return messages
    .map(({ event, data }, index) => writeMessage(event, data, index === last ? events.at(-1)?.position : undefined))
    .join("");
}
