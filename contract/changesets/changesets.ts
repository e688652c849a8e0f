// Endpoints of changesets: who changed the catalogue, when, and which products.
import { z } from "zod";
import { changeset_kind } from "./changeset-kinds.ts";
import { field_changes, product_change_kind, product_values } from "../catalog/edit-products.ts";
import { endpoint } from "../endpoint.ts";
import { pageOf, pageQuery, since, until } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

const count = z.int().min(0);
const instant = z.iso.datetime({ offset: true });

export const changeset = z
  .object({
    id: z.int(),
    kind: changeset_kind,
    actor: z.string(),
    reason: z.string().nullable(),
    created: count,
    updated: count,
    deleted: count,
    started_at: instant,
    finished_at: instant.nullable().describe("When the changeset was complete; null while it is being applied"),
    import_id: z.int().nullable().describe("Id of the import that made the changes"),
    filename: z.string().nullable().describe("Name of the imported file"),
    sku: z
      .string()
      .nullable()
      .describe(
        "For the kind `edit`: SKU of the changed product after the change, or its last SKU if the product was deleted",
      ),
    operation_id: z.int().nullable().describe("Id of the operation that made the changes"),
    undoes: z.int().nullable().describe("Id of the changeset that this changeset undoes"),
    undone_in: z.int().nullable().describe("Id of the changeset that has undone this changeset completely"),
    purged_at: instant.nullable().describe("When the history of this changeset was purged"),
    undoable: z
      .boolean()
      .describe(
        "Whether this changeset can be undone: it is complete, changed at least one product, has not been undone, and its history has not been purged",
      ),
    links: z.object({
      self: z.string(),
      changes: z.string(),
      undo: z.string(),
      import: z.string().nullable(),
      operation: z.string().nullable(),
    }),
  })
  .meta({ id: "Changeset" });
export type Changeset = z.infer<typeof changeset>;

const positive = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const id_params = z.object({ id: positive });
const problems = { 400: problem_document, 404: problem_document };

export const list_changesets = endpoint({
  method: "GET",
  url: "/api/changesets",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_changesets",
    summary: "List changesets, newest first",
    tags: ["changesets"],
    querystring: z
      .object({
        kind: changeset_kind.optional(),
        actor: z.string().min(1).max(255).refine(isStorable, NOT_STORABLE).optional(),
        since: since.describe("Only changesets that started at this time or later"),
        until: until.describe("Only changesets that started before this time"),
        ...pageQuery({ limit: 50, max: 200 }),
      })
      .strict(),
    response: {
      200: pageOf(changeset),
      400: problem_document,
    },
  },
});

export const get_changeset = endpoint({
  method: "GET",
  url: "/api/changesets/:id",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "get_changeset",
    summary: "Show a changeset",
    tags: ["changesets"],
    params: id_params,
    response: { 200: changeset, ...problems },
  },
});

/** The change of one product in a changeset. */
export const product_change = z
  .object({
    sku: z.string(),
    id: z.int(),
    change: product_change_kind.describe("Kind of change; `created` also means that a deleted product was restored"),
    version: z.int().describe("Version of the product after the change"),
    before: product_values
      .nullable()
      .describe("Values before the change; null if the product was created or the version has been purged"),
    after: product_values
      .nullable()
      .describe("Values after the change; null if the product was deleted or the version has been purged"),
    fields: field_changes,
  })
  .meta({ id: "ProductChange" });
export type ProductChange = z.infer<typeof product_change>;

const change_filter = z.object({
  change: product_change_kind.optional(),
  sku: z.string().min(1).max(1000).optional().describe("SKU, or the beginning of a SKU followed by `*`"),
});

export const list_changes = endpoint({
  method: "GET",
  url: "/api/changesets/:id/changes",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_changes",
    summary: "List the products that a changeset changed, with the change of each product",
    description:
      "Created products come first. The other products follow chunk by chunk in the order in which the chunks " +
      "were written; within a chunk, they are in SKU order. Returns 410 if the history of the changeset has been " +
      "purged.",
    tags: ["changesets"],
    params: id_params,
    querystring: change_filter
      .extend({
        ...pageQuery({ limit: 100, max: 500 }),
      })
      .strict(),
    response: {
      200: pageOf(product_change),
      410: problem_document,
      ...problems,
    },
  },
});

export const download_changes = endpoint({
  method: "GET",
  url: "/api/changesets/:id/changes.csv",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "download_changes",
    summary: "Download the changes of a changeset as CSV, one line per changed field",
    tags: ["changesets"],
    params: id_params,
    querystring: change_filter.strict(),
    answer_type: "text/csv",
    response: { 200: z.string(), 410: problem_document, ...problems },
  },
});
