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
    finished_at: instant.nullable().describe("null while it is running"),
    import_id: z.int().nullable().describe("The import that made it"),
    filename: z.string().nullable().describe("The file name of that import"),
    sku: z
      .string()
      .nullable()
      .describe("For an edit: the SKU of the product after the change, or before it if the product was deleted"),
    operation_id: z.int().nullable().describe("The operation that made it"),
    undoes: z.int().nullable().describe("The changeset that this one undoes"),
    undone_in: z.int().nullable().describe("The changeset that has undone all of this one"),
    purged_at: instant.nullable().describe("When its history was purged"),
    undoable: z
      .boolean()
      .describe("False while it is running, if it has been undone, or if its history has been purged"),
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
    change: product_change_kind.describe("`created` includes deleted products that were restored"),
    version: z.int().describe("Version of the product after the change"),
    before: product_values.nullable(),
    after: product_values.nullable().describe("null if the product was deleted or the version has been purged"),
    fields: field_changes,
  })
  .meta({ id: "ProductChange" });
export type ProductChange = z.infer<typeof product_change>;

const change_filter = z.object({
  change: product_change_kind.optional(),
  sku: z.string().min(1).max(1000).optional().describe("The SKU, or a prefix followed by `*`"),
});

export const list_changes = endpoint({
  method: "GET",
  url: "/api/changesets/:id/changes",
  access: "viewer",
  schema: {
    operationId: "list_changes",
    summary: "List the products that a changeset changed, with their changes",
    description:
      "Created products come first, then the other products chunk by chunk as they were changed, each chunk in SKU " +
      "order. 410: its history has been purged.",
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
    summary: "Download the changes as CSV, one line per changed field",
    tags: ["changesets"],
    params: id_params,
    querystring: change_filter.strict(),
    answer_type: "text/csv",
    response: { 200: z.string(), 410: problem_document, ...problems },
  },
});
