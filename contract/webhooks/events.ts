// Types of events with their data, and the event stream.
import { z } from "zod";
import { MAX_BATCH_ITEMS } from "../catalog/batch.ts";
import { endpoint } from "../endpoint.ts";
import { listed_import } from "../imports/imports.ts";
import { operation } from "../changesets/operations.ts";
import { problem_document } from "../problem-document.ts";

const changeset_id = z.int().nullable();
const change = z.object({ before: z.unknown(), after: z.unknown() });

/** Enough of a product to decide whether to fetch it. */
const thin_product = z.object({ id: z.int(), sku: z.string(), version: z.int() });

const import_summary = z.object({
  import_id: z.int(),
  changeset_id,
  filename: z.string(),
  rows: z.int().nullable(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  superseded: z.int(),
  rejected: z.int(),
});

/** How an operation ended. One that was cancelled or failed is reported if it changed any product; the counts show the changes. */
const operation_end = z.enum(["done", "cancelled", "failed"]);

/** All event types and the schema of their `data`. */
export const EVENTS = {
  "product.created": thin_product.extend({ changeset_id, product: z.record(z.string(), z.unknown()) }),
  "product.updated": thin_product.extend({
    changeset_id,
    changes: z.record(z.string(), change).describe("Changed fields; attributes are named `attributes.<Name>`"),
  }),
  "product.deleted": thin_product.extend({ changeset_id }),
  "import.started": import_summary,
  "import.completed": import_summary,
  "import.failed": import_summary.extend({ problem: z.record(z.string(), z.unknown()).nullable() }),
  "import.cancelled": import_summary,
  "changeset.undone": z.object({
    state: operation_end,
    changeset_id: z.int().describe("The changeset of the undo"),
    undone_changeset_id: z.int(),
    created: z.int(),
    updated: z.int(),
    deleted: z.int(),
    kept: z.int().describe("Products that were not changed because they were changed later"),
  }),
  "bulk.completed": z.object({
    state: operation_end,
    changeset_id: z.int(),
    operation_id: z.int(),
    action: z.string(),
    updated: z.int(),
    deleted: z.int(),
  }),
  "catalog.cleared": z.object({ state: operation_end, changeset_id: z.int(), operation_id: z.int(), deleted: z.int() }),
  "products.changed": z.object({
    changeset_id: z.int(),
    event_id: z.string().describe("The event of the import or bulk change that this batch belongs to"),
    batch: z.int().describe("Number of the batch, counted from 1"),
    is_last: z.boolean(),
    items: z.array(thin_product.extend({ change: z.enum(["created", "updated", "deleted"]) })).max(MAX_BATCH_ITEMS),
  }),
  "webhook.disabled": z.object({
    webhook_id: z.int(),
    description: z.string(),
    reason: z.enum(["gone", "failing"]),
  }),
  ping: z.object({ message: z.string() }),
} as const;

export type EventType = keyof typeof EVENTS;
export type EventData<Type extends EventType> = z.infer<(typeof EVENTS)[Type]>;

/** Messages of the stream `watch_events`: event name and data. */
export const STREAM_EVENTS = {
  /** The first message. The stream is complete from this position on. */
  open: z.object({ position: z.int().describe("Send it as `Last-Event-ID` to continue from here") }),
  /** Events after the client's last one have been purged: reload all data. */
  missed: z.object({ since: z.int(), until: z.int() }),
  import: listed_import,
  operation,
  /** Products that were edited individually. The products of imports and operations are listed by their changeset. */
  products: z.object({
    changes: z.array(thin_product.extend({ changeset_id, change: z.enum(["created", "updated", "deleted"]) })),
  }),
  /** A changeset is complete. */
  changeset: z.object({
    changeset_id: z.int(),
    type: z.string().describe("The event type, such as `import.completed`"),
    data: z.record(z.string(), z.unknown()),
  }),
} as const;
export type StreamEvent = keyof typeof STREAM_EVENTS;
export type StreamData<Name extends StreamEvent> = z.infer<(typeof STREAM_EVENTS)[Name]>;

export const watch_events = endpoint({
  method: "GET",
  url: "/api/events",
  access: "viewer",
  schema: {
    operationId: "watch_events",
    summary: "Watch all changes (server-sent events)",
    description:
      "Sends messages at most five times a second. `open` comes first. `import` and `operation`: a record as in its " +
      "list; the latest records when the stream opens, then each changed one. `products`: products that were created, " +
      "changed or deleted individually, as ids with versions. `changeset`: an import or operation is complete; its " +
      "products are at `/api/changesets/{id}/changes`. A client that reconnects with `Last-Event-ID` gets every " +
      "`products` and `changeset` message since then, at least once. `missed` reports that some of them have been " +
      "purged.",
    tags: ["events"],
    answer_type: "text/event-stream",
    headers: z.looseObject({ "last-event-id": z.string().max(100).optional() }),
    response: { 200: z.string(), 400: problem_document, 429: problem_document },
  },
});
