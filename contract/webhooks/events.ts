// Types of events with their data, and the event stream.
import { z } from "zod";
import { MAX_BATCH_ITEMS } from "../catalog/batch.ts";
import { endpoint } from "../endpoint.ts";
import { listed_import } from "../imports/imports.ts";
import { operation } from "../changesets/operations.ts";
import { problem_document } from "../problem-document.ts";

const changeset_id = z.int().nullable();
/** Who made the change: a user, or a user and an API key. */
const actor = z.string();
const change = z.object({ before: z.unknown(), after: z.unknown() });

/** Id, SKU and version of a product, which a receiver needs to decide whether to fetch the product. */
const thin_product = z.object({ id: z.int(), sku: z.string(), version: z.int() });

const import_summary = z.object({
  import_id: z.int(),
  changeset_id,
  actor,
  filename: z.string(),
  rows: z.int().nullable(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  deleted: z.int(),
  adds: z.int(),
  superseded: z.int(),
  rejected: z.int(),
  ignored: z.int(),
});

/** How an operation ended. A cancelled or failed operation is reported only if it changed at least one product; the counts show
 * how many. */
const operation_end = z.enum(["done", "cancelled", "failed"]);

/** All event types and the schema of their `data`. */
export const EVENTS = {
  "product.created": thin_product.extend({ changeset_id, actor, product: z.record(z.string(), z.unknown()) }),
  "product.updated": thin_product.extend({
    changeset_id,
    actor,
    changes: z
      .record(z.string(), change)
      .describe("Changed fields with their values before and after; attributes are named `attributes.<Name>`"),
  }),
  "product.deleted": thin_product.extend({ changeset_id, actor }),
  "import.started": import_summary,
  "import.held": import_summary.extend({ problem: z.record(z.string(), z.unknown()).nullable() }),
  "import.completed": import_summary,
  "import.failed": import_summary.extend({ problem: z.record(z.string(), z.unknown()).nullable() }),
  "import.cancelled": import_summary,
  "changeset.undone": z.object({
    state: operation_end,
    changeset_id: z.int().describe("Id of the changeset of the undo"),
    actor,
    undone_changeset_id: z.int(),
    created: z.int(),
    updated: z.int(),
    deleted: z.int(),
    kept: z.int().describe("Number of products that the undo did not change because they were changed later"),
  }),
  "bulk.completed": z.object({
    state: operation_end,
    changeset_id: z.int(),
    actor,
    operation_id: z.int(),
    action: z.string(),
    updated: z.int(),
    deleted: z.int(),
  }),
  "catalog.cleared": z.object({
    state: operation_end,
    changeset_id: z.int(),
    actor,
    operation_id: z.int(),
    deleted: z.int(),
  }),
  "products.changed": z.object({
    changeset_id: z.int(),
    actor,
    event_id: z.string().describe("Id of the event of the import or operation that changed these products"),
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
  /** The first message. `position` is the position of the last event before the stream; the stream contains every later event. */
  open: z.object({
    position: z
      .int()
      .describe("Position of the last event before this stream; send it as `Last-Event-ID` to continue from there"),
  }),
  /** Events after the last one that the client received have been purged: the client must reload all data. */
  missed: z.object({ since: z.int(), until: z.int() }),
  import: listed_import,
  operation,
  /** Products that were edited individually. The products that an import or operation changed are listed by its changeset. */
  products: z.object({
    changes: z.array(thin_product.extend({ changeset_id, change: z.enum(["created", "updated", "deleted"]) })),
  }),
  /** A changeset is complete. */
  changeset: z.object({
    changeset_id: z.int(),
    type: z.string().describe("Event type, such as `import.completed`"),
    data: z.record(z.string(), z.unknown()),
  }),
} as const;
export type StreamEvent = keyof typeof STREAM_EVENTS;
export type StreamData<Name extends StreamEvent> = z.infer<(typeof STREAM_EVENTS)[Name]>;

export const watch_events = endpoint({
  method: "GET",
  url: "/api/events",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "watch_events",
    summary: "Watch all changes (server-sent events)",
    description:
      "Sends messages at most five times a second. `open` is the first message. `import` and `operation` contain " +
      "an import or operation as in lists: first the latest imports and operations, then those that change. `products` " +
      "contains ids and versions of products that were created, changed or deleted individually. `changeset` " +
      "reports that an import or operation is complete; `/api/changesets/{id}/changes` lists its products. A " +
      "client that reconnects with `Last-Event-ID` gets every later `products` and `changeset` message at least " +
      "once. `missed` reports that some of these messages have been purged.",
    tags: ["events"],
    answer_type: "text/event-stream",
    headers: z.looseObject({ "last-event-id": z.string().max(100).optional() }),
    response: { 200: z.string(), 400: problem_document, 429: problem_document },
  },
});
