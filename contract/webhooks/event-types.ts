// Descriptions and examples of event types. They are documentation for receivers, and the examples are also sent as test events.
import type { EventData, EventType } from "./events.ts";

export const EVENT_TYPES = [
  "product.created",
  "product.updated",
  "product.deleted",
  "products.changed",
  "import.started",
  "import.held",
  "import.completed",
  "import.failed",
  "import.cancelled",
  "bulk.completed",
  "changeset.undone",
  "catalog.cleared",
  "webhook.disabled",
  "ping",
] as const satisfies readonly EventType[];

/** Types that a webhook can list in `types`. `products.changed` is excluded because webhooks select it with `volume`. `ping` is excluded
 * because it is sent only as a test event. */
export const CHOSEN_TYPES = EVENT_TYPES.filter((type) => type !== "products.changed" && type !== "ping");

interface Described<Type extends EventType> {
  description: string;
  /** True for an event about many products at once. A webhook whose `volume` is `none` does not get it. */
  needs_volume: boolean;
  example: EventData<Type>;
}

const summary = {
  import_id: 12,
  changeset_id: 34,
  actor: "Ada",
  filename: "products.csv",
  rows: 500_000,
  created: 466_000,
  updated: 690,
  unchanged: 3,
  deleted: 0,
  adds: 0,
  superseded: 33_300,
  rejected: 7,
  ignored: 0,
};
const lamp = { id: 4711, sku: "LAMP-0042", version: 3 };

export const DESCRIBED_EVENTS: { [Type in EventType]: Described<Type> } = {
  "product.created": {
    needs_volume: false,
    description: "A product was created individually, not by an import or bulk change",
    example: {
      ...lamp,
      version: 1,
      changeset_id: 35,
      actor: "Ada",
      product: { name: "Desk lamp", description: "Brass, 40 cm", active: true, attributes: { Colour: "brass" } },
    },
  },
  "product.updated": {
    needs_volume: false,
    description:
      "A product was changed individually. `changes` contains the changed fields with their values before and after",
    example: {
      ...lamp,
      changeset_id: 36,
      actor: "Ada",
      changes: { name: { before: "Desk lamp", after: "Desk lamp, brass" } },
    },
  },
  "product.deleted": {
    needs_volume: false,
    description: "A product was deleted individually, not by a bulk change or undo",
    example: { ...lamp, changeset_id: 37, actor: "Ada" },
  },
  "products.changed": {
    needs_volume: true,
    description:
      "An import or operation changed up to 500 products. Only webhooks whose `volume` is `products` get this event",
    example: {
      changeset_id: 34,
      actor: "Ada",
      event_id: "evt_example_1001",
      batch: 1,
      is_last: true,
      items: [
        { ...lamp, change: "updated" },
        { id: 4712, sku: "LAMP-0043", version: 1, change: "created" },
      ],
    },
  },
  "import.started": {
    needs_volume: true,
    description: "An import has started to write products",
    example: { ...summary, created: 0, updated: 0, unchanged: 0 },
  },
  "import.held": {
    needs_volume: true,
    description: "An import waits for an answer and has written nothing. `problem` is the question",
    example: {
      ...summary,
      changeset_id: null,
      created: 0,
      updated: 0,
      unchanged: 0,
      problem: {
        type: "/problems/key-in-doubt",
        title: "It is unclear which column contains the SKU",
        status: 422,
        detail: 'It is unclear whether the SKUs are in the column "Item" or in the column "Article code".',
        option: "key",
        candidates: [{ value: "Item", samples: ["1", "2", "3"] }],
      },
    },
  },
  "import.completed": {
    needs_volume: true,
    description: "An import has finished; all its products are in the catalogue",
    example: summary,
  },
  "import.failed": {
    needs_volume: true,
    description: "An import failed, or applied no row. The changes that it had already made remain and are counted",
    example: {
      ...summary,
      problem: {
        type: "/problems/rejected-rows",
        title: "Nothing was imported because some rows have errors",
        status: 422,
        detail: "7 rows are not valid, and a strict import applies all rows or none. Nothing was written.",
      },
    },
  },
  "import.cancelled": {
    needs_volume: true,
    description: "An import was cancelled. The changes that it had already made remain and are counted",
    example: { ...summary, created: 120_000 },
  },
  "bulk.completed": {
    needs_volume: true,
    description:
      "A bulk change has ended. `state` shows whether it was completed, or cancelled or failed after changing some " +
      "products",
    example: {
      state: "done",
      changeset_id: 38,
      actor: "Ada",
      operation_id: 5,
      action: "deactivate",
      updated: 1200,
      deleted: 0,
    },
  },
  "changeset.undone": {
    needs_volume: true,
    description: "A changeset was undone. `state` shows whether the undo was completed",
    example: {
      state: "done",
      changeset_id: 39,
      actor: "Ada",
      undone_changeset_id: 34,
      created: 0,
      updated: 690,
      deleted: 465_990,
      kept: 10,
    },
  },
  "catalog.cleared": {
    needs_volume: true,
    description: "The deletion of all products has ended. `state` shows whether it was completed",
    example: { state: "done", changeset_id: 40, actor: "Ada", operation_id: 6, deleted: 466_000 },
  },
  "webhook.disabled": {
    needs_volume: false,
    description: "A webhook was disabled because its receiver responded with 410 (gone) or failed for five days",
    example: { webhook_id: 2, description: "Shop", reason: "failing" },
  },
  ping: { needs_volume: false, description: "A test event", example: { message: "Hello from Skuport" } },
};

/** Types of events about many products at once. Excludes `products.changed`, because webhooks select it with `volume`, not with `types`. */
export const VOLUME_TYPES = CHOSEN_TYPES.filter((type) => DESCRIBED_EVENTS[type].needs_volume);
