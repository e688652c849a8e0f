// Endpoints of operations. An operation changes many products as a job, which reports progress and can be cancelled.
import { z } from "zod";
import { bulk_set } from "../catalog/bulk-set.ts";
import { endpoint } from "../endpoint.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { product_filter } from "../catalog/product-filter.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

export const OPERATION_STATES = ["selecting", "running", "done", "cancelled", "failed"] as const;
export const operation_state = z.enum(OPERATION_STATES);
export type OperationState = z.infer<typeof operation_state>;

const TERMINAL: ReadonlySet<OperationState> = new Set(["done", "cancelled", "failed"]);
export const isOperationOver = (state: OperationState): boolean => TERMINAL.has(state);

export const OPERATION_KINDS = ["bulk", "delete_all", "undo"] as const;
export const BULK_ACTIONS = ["activate", "deactivate", "delete", "set"] as const;
export const UNDO_POLICIES = ["keep", "overwrite"] as const;
export const undo_policy = z.enum(UNDO_POLICIES);

/** Maximum number of SKUs in one request. */
export const MAX_BULK_SKUS = 10_000;

/** The requested change. If the request lists SKUs, only the number of SKUs is stored. */
export const operation_options = z
  .object({
    action: z.enum(BULK_ACTIONS).optional(),
    set: bulk_set.optional(),
    filter: product_filter.optional(),
    skus: z.int().optional().describe("Number of different SKUs in the request"),
    undoes: z.int().optional().describe("Id of the changeset to undo"),
    policy: undo_policy
      .optional()
      .describe("For an undo: whether products that were changed after the undone changeset are kept or overwritten"),
  })
  .meta({ id: "OperationOptions" });
export type OperationOptions = z.infer<typeof operation_options>;

const count = z.int().min(0);
const instant = z.iso.datetime({ offset: true });

/** An operation with its progress and result. When it is done,
 * total = created + updated + deleted + unchanged + missing + kept. */
export const operation = z
  .object({
    id: z.int(),
    kind: z.enum(OPERATION_KINDS),
    state: operation_state,
    actor: z.string(),
    options: operation_options,
    total: count.nullable().describe("Number of selected products; null while the server is selecting them"),
    done: count.describe("Number of processed products"),
    created: count.describe("Number of deleted products that were restored"),
    updated: count,
    deleted: count,
    unchanged: count.describe("Number of products that needed no change"),
    missing: count.describe(
      "Number of requested SKUs without a product, plus the number of products that were deleted after their " +
        "selection",
    ),
    kept: count.describe(
      "Number of products that an undo did not change because they were changed after the undone changeset",
    ),
    fraction: z.number().min(0).max(1),
    products_per_second: count.nullable(),
    changeset_id: z.int(),
    cancel_requested: z.boolean(),
    problem: problem_document.nullable(),
    shortened: z
      .boolean()
      .describe(
        "Whether values longer than 1 kB were shortened, as in lists and streams: `set` and `filter` are omitted, " +
          "and `problem` is truncated. `get_operation` returns the complete values",
      ),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    elapsed_ms: count,
    version: z
      .int()
      .describe(
        "Version of this record, which increases with every change; also sent as the `id:` of server-sent events",
      ),
  })
  .meta({ id: "Operation" });
export type Operation = z.infer<typeof operation>;

const positive = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const id_params = z.object({ id: positive });
const problems = { 400: problem_document, 404: problem_document };

export const bulk_request = z
  .object({
    action: z.enum(BULK_ACTIONS),
    filter: product_filter
      .optional()
      .describe("Selects all products that match at the time of the request; `{}` matches all products"),
    skus: z.array(z.string().min(1).max(1000)).min(1).max(MAX_BULK_SKUS).optional(),
    set: bulk_set.optional().describe("New values for the action `set`"),
    confirm: count.optional().describe("Required to delete all products: the current number of products"),
    reason: z.string().max(1000).refine(isStorable, NOT_STORABLE).optional(),
  })
  .strict()
  .refine(({ filter, skus }) => (filter === undefined) !== (skus === undefined), {
    path: ["filter"],
    message: "give either `filter` or `skus`",
  })
  .refine(({ action, set }) => (action === "set") === (set !== undefined), {
    path: ["set"],
    message: "give new values with the action `set`, and only with it",
  });
export type BulkRequest = z.infer<typeof bulk_request>;

export const change_products = endpoint({
  method: "POST",
  url: "/api/products/bulk",
  access: "editor",
  scope: "edit",
  schema: {
    operationId: "change_products",
    summary: "Change or delete many products",
    description:
      "Starts an operation that can be watched and cancelled, and returns it immediately. The changeset of the " +
      "operation can be undone. The filter is evaluated once: products that match later are not changed. The " +
      "action `delete` with the filter `{}` deletes all products and requires `confirm`, the number of products; " +
      "the response 409 contains that number.",
    tags: ["operations"],
    body: bulk_request,
    response: {
      202: operation,
      400: problem_document,
      409: problem_document,
      413: problem_document,
      415: problem_document,
    },
  },
});

export const list_operations = endpoint({
  method: "GET",
  url: "/api/operations",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_operations",
    summary: "List operations, newest first",
    tags: ["operations"],
    querystring: z
      .object({
        ...pageQuery({ limit: 50, max: 200 }),
      })
      .strict(),
    response: { 200: pageOf(operation), 400: problem_document },
  },
});

export const get_operation = endpoint({
  method: "GET",
  url: "/api/operations/:id",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "get_operation",
    summary: "Show an operation",
    tags: ["operations"],
    params: id_params,
    response: { 200: operation, ...problems },
  },
});

export const cancel_operation = endpoint({
  method: "POST",
  url: "/api/operations/:id/cancel",
  access: "editor",
  scope: "edit",
  schema: {
    operationId: "cancel_operation",
    summary: "Cancel an operation; changes that it has already committed remain and are counted",
    tags: ["operations"],
    params: id_params,
    response: { 202: operation, 409: problem_document, ...problems },
  },
});

export const watch_operation = endpoint({
  method: "GET",
  url: "/api/operations/:id/events",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "watch_operation",
    summary: "Watch an operation (server-sent events)",
    description:
      "Sends the operation, as in `list_operations`, in events of the type `operation`: immediately, and then " +
      "after changes, at most five times a second. The `id:` of an event is the version of the operation. The " +
      "stream ends when the operation has ended.",
    tags: ["operations"],
    params: id_params,
    answer_type: "text/event-stream",
    response: { 200: z.string(), 429: problem_document, ...problems },
  },
});

export const CONFLICTS = ["changed", "deleted", "renamed", "sku_taken"] as const;

/** A product that an undo cannot simply restore, because a later changeset changed the product or took its SKU. */
export const conflict = z
  .object({
    sku: z.string(),
    id: z.int(),
    conflict: z
      .enum(CONFLICTS)
      .describe(
        "What happened to the product after the undone changeset; `sku_taken`: another product now has its earlier SKU",
      ),
    changed_in: z.int().describe("Id of the later changeset that changed the product"),
    actor: z.string().describe("Author of the later change"),
    changed_at: instant,
    overwritten: z.boolean().describe("Whether the undo has overwritten the later change"),
  })
  .meta({ id: "Conflict" });
export type Conflict = z.infer<typeof conflict>;

export const conflict_page = pageOf(conflict);

export const list_conflicts = endpoint({
  method: "GET",
  url: "/api/operations/:id/conflicts",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_conflicts",
    summary: "List the products of an undo that were changed after the undone changeset, in SKU order",
    tags: ["operations"],
    params: id_params,
    querystring: z
      .object({
        ...pageQuery({ limit: 100, max: 500 }),
      })
      .strict(),
    response: { 200: conflict_page, ...problems },
  },
});
