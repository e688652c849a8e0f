// The wire of events: what can happen, and what is told of it.
import { z } from "zod";
import { MAX_BATCH_ITEMS } from "../catalog/batch.ts";
import { endpoint } from "../endpoint.ts";
import { listed_import } from "../imports/imports.ts";
import { operation } from "../changesets/operations.ts";
import { problem_document } from "../problem-document.ts";

const changeset_id = z.int().nullable();
const change = z.object({ before: z.unknown(), after: z.unknown() });

/** A product as far as somebody needs it who decides whether to ask for the rest. */
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

/** How an operation ended: one that was cancelled or failed has changed what the counts say, and is told of if they say so. */
const operation_end = z.enum(["done", "cancelled", "failed"]);

/** Every type of event and what its `data` holds. */
export const EVENTS = {
  "product.created": thin_product.extend({ changeset_id, product: z.record(z.string(), z.unknown()) }),
  "product.updated": thin_product.extend({
    changeset_id,
    changes: z.record(z.string(), change).describe("The fields that changed; an attribute as `attributes.<Name>`"),
  }),
  "product.deleted": thin_product.extend({ changeset_id }),
  "import.started": import_summary,
  "import.completed": import_summary,
  "import.failed": import_summary.extend({ problem: z.record(z.string(), z.unknown()).nullable() }),
  "import.cancelled": import_summary,
  "changeset.undone": z.object({
    state: operation_end,
    changeset_id: z.int().describe("The changeset that undid"),
    undone_changeset_id: z.int(),
    created: z.int(),
    updated: z.int(),
    deleted: z.int(),
    kept: z.int().describe("Products left as they are, since they were changed later"),
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
    event_id: z.string().describe("The event of the import or bulk change that this is a part of"),
    batch: z.int().describe("Counts from 1"),
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

/** What the stream of `watch_events` sends: the event's name and its data. */
export const STREAM_EVENTS = {
  /** The first of all: from here on nothing is missed. */
  open: z.object({ position: z.int().describe("The `id:` to come back with") }),
  /** Events between the reader's last and the oldest that is kept are gone: what it shows is to be read anew. */
  missed: z.object({ since: z.int(), until: z.int() }),
  import: listed_import,
  operation,
  /** Products that one changeset changed, one by one: an edit's. Those of imports and operations are at the changeset. */
  products: z.object({
    changes: z.array(thin_product.extend({ changeset_id, change: z.enum(["created", "updated", "deleted"]) })),
  }),
  /** A changeset is complete. */
  changeset: z.object({
    changeset_id: z.int(),
    type: z.string().describe("The event that says so, such as `import.completed`"),
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
    summary: "Watch everything that happens (server-sent events)",
    description:
      "One stream, looked after at most five times a second. `import` and `operation`: the record " +
      "as its list shows it, of the latest when the stream opens and then of each that has changed. `products`: products that were created, changed " +
      "or deleted one by one, as ids with versions. `changeset`: an import or operation is complete; its products are at " +
      "`/api/changesets/{id}/changes`. `open` comes first. A reader that comes back with `Last-Event-ID` gets every `products` " +
      "and `changeset` since then, at least once; `missed` says where they are no longer kept.",
    tags: ["events"],
    answer_type: "text/event-stream",
    headers: z.looseObject({ "last-event-id": z.string().max(100).optional() }),
    response: { 200: z.string(), 400: problem_document, 429: problem_document },
  },
});
