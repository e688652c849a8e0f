// The wire of operations: changes of many products at once that run as jobs and are watched like imports.
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

/** Products that one request may name one by one. */
export const MAX_BULK_SKUS = 10_000;

/** What was asked for; the products that were named one by one are counted, not repeated. */
export const operation_options = z
  .object({
    action: z.enum(BULK_ACTIONS).optional(),
    set: bulk_set.optional(),
    filter: product_filter.optional(),
    skus: z.int().optional().describe("How many SKUs were named"),
    undoes: z.int().optional().describe("The changeset that is taken back"),
    policy: undo_policy.optional().describe("What becomes of products that were changed later"),
  })
  .meta({ id: "OperationOptions" });
export type OperationOptions = z.infer<typeof operation_options>;

const count = z.int().min(0);
const instant = z.iso.datetime({ offset: true });

/** An operation: the one record of its progress and result. When it is done,
 * total = created + updated + deleted + unchanged + missing + kept. */
export const operation = z
  .object({
    id: z.int(),
    kind: z.enum(OPERATION_KINDS),
    state: operation_state,
    actor: z.string(),
    options: operation_options,
    total: count.nullable().describe("Products that were selected; null while they are being selected"),
    done: count.describe("Products that have been dealt with"),
    created: count.describe("Deleted products that came back"),
    updated: count,
    deleted: count,
    unchanged: count.describe("Products that already were as they should be"),
    missing: count.describe("SKUs of no product, and products that went meanwhile"),
    kept: count.describe("Products that an undo left as they are, since they were changed later"),
    fraction: z.number().min(0).max(1),
    products_per_second: count.nullable(),
    changeset_id: z.int(),
    cancel_requested: z.boolean(),
    problem: problem_document.nullable(),
    shortened: z
      .boolean()
      .describe(
        "Whether values longer than 1 kB are left out, as lists and streams do: `set`, `filter`, all but the first words of " +
          "`problem`; `get_operation` has them",
      ),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    elapsed_ms: count,
    version: z.int().describe("Grows with every change of this record; the `id:` of its events"),
  })
  .meta({ id: "Operation" });
export type Operation = z.infer<typeof operation>;

const positive = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const id_params = z.object({ id: positive });
const problems = { 400: problem_document, 404: problem_document };

export const bulk_request = z
  .object({
    action: z.enum(BULK_ACTIONS),
    filter: product_filter.optional().describe("The products that match now; `{}` = all"),
    skus: z.array(z.string().min(1).max(1000)).min(1).max(MAX_BULK_SKUS).optional(),
    set: bulk_set.optional().describe("The new values, for `set`"),
    confirm: count.optional().describe("To delete everything: the number of products there are"),
    reason: z.string().max(1000).refine(isStorable, NOT_STORABLE).optional(),
  })
  .strict()
  .refine(({ filter, skus }) => (filter === undefined) !== (skus === undefined), {
    path: ["filter"],
    message: "give either a filter or SKUs",
  })
  .refine(({ action, set }) => (action === "set") === (set !== undefined), {
    path: ["set"],
    message: "new values belong to the action `set`, and it needs them",
  });
export type BulkRequest = z.infer<typeof bulk_request>;

export const change_products = endpoint({
  method: "POST",
  url: "/api/products/bulk",
  access: "editor",
  schema: {
    operationId: "change_products",
    summary: "Change or delete many products",
    description:
      "Answers at once with an operation that can be watched and cancelled; the changeset it makes can be undone. A filter " +
      "is a snapshot: products that match later are not touched. Deleting with the filter `{}` deletes all products and " +
      "needs `confirm`, the number of products there are; 409 says it.",
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
  schema: {
    operationId: "list_operations",
    summary: "List operations, the newest first",
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
  schema: {
    operationId: "cancel_operation",
    summary: "Cancel an operation; what is committed stays and is counted",
    tags: ["operations"],
    params: id_params,
    response: { 202: operation, 409: problem_document, ...problems },
  },
});

export const watch_operation = endpoint({
  method: "GET",
  url: "/api/operations/:id/events",
  access: "viewer",
  schema: {
    operationId: "watch_operation",
    summary: "Watch an operation (server-sent events)",
    description:
      "Event `operation`: the operation as `list_operations` shows it, first at once and then at most five times a second; `id:` is its version. " +
      "The stream ends after the terminal state.",
    tags: ["operations"],
    params: id_params,
    answer_type: "text/event-stream",
    response: { 200: z.string(), 429: problem_document, ...problems },
  },
});

export const CONFLICTS = ["changed", "deleted", "renamed", "sku_taken"] as const;

/** A product that was changed after the changeset that is being undone. */
export const conflict = z
  .object({
    sku: z.string(),
    id: z.int(),
    conflict: z.enum(CONFLICTS).describe("What happened to it since; `sku_taken` = another product has its SKU by now"),
    changed_in: z.int().describe("The later changeset"),
    actor: z.string().describe("Who made it"),
    changed_at: instant,
    overwritten: z.boolean().describe("Whether the undo took the later change away; else it kept it"),
  })
  .meta({ id: "Conflict" });
export type Conflict = z.infer<typeof conflict>;

export const conflict_page = pageOf(conflict);

export const list_conflicts = endpoint({
  method: "GET",
  url: "/api/operations/:id/conflicts",
  access: "viewer",
  schema: {
    operationId: "list_conflicts",
    summary: "List the products that an undo met changed, in SKU order",
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
