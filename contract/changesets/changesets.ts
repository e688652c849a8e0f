// The wire of changesets: who changed the catalogue, what, and how it is taken back.
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
    finished_at: instant.nullable().describe("null while it runs"),
    import_id: z.int().nullable().describe("The import it comes from"),
    filename: z.string().nullable().describe("The file of that import"),
    sku: z
      .string()
      .nullable()
      .describe("Of an edit: the product's SKU, as it was after it or, where it deleted, before it"),
    operation_id: z.int().nullable().describe("The operation it comes from"),
    undoes: z.int().nullable().describe("The changeset that this one takes back"),
    undone_in: z.int().nullable().describe("The changeset that has taken all of this one back"),
    purged_at: instant.nullable().describe("Since when its history is no longer kept"),
    undoable: z.boolean().describe("False while it runs, once it is undone and when its history has been purged"),
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
  schema: {
    operationId: "list_changesets",
    summary: "List changesets, the newest first",
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
  schema: {
    operationId: "get_changeset",
    summary: "Show a changeset",
    tags: ["changesets"],
    params: id_params,
    response: { 200: changeset, ...problems },
  },
});

/** What a changeset did to one product. */
export const product_change = z
  .object({
    sku: z.string(),
    id: z.int(),
    change: product_change_kind.describe("`created`: also a deleted product that came back"),
    version: z.int().describe("The version that the change made"),
    before: product_values.nullable(),
    after: product_values.nullable().describe("null: deleted, or the version is no longer kept"),
    fields: field_changes,
  })
  .meta({ id: "ProductChange" });
export type ProductChange = z.infer<typeof product_change>;

const change_filter = z.object({
  change: product_change_kind.optional(),
  sku: z.string().min(1).max(1000).optional().describe("The SKU, or its beginning and `*`"),
});

export const list_changes = endpoint({
  method: "GET",
  url: "/api/changesets/:id/changes",
  access: "viewer",
  schema: {
    operationId: "list_changes",
    summary: "List what a changeset did to each product",
    description:
      "First the products that it created, then the others part by part as it changed them, each part in SKU order. 410: " +
      "its history is no longer kept.",
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
  schema: {
    operationId: "download_changes",
    summary: "The same as CSV: one line for each field that differs",
    tags: ["changesets"],
    params: id_params,
    querystring: change_filter.strict(),
    answer_type: "text/csv",
    response: { 200: z.string(), 410: problem_document, ...problems },
  },
});
