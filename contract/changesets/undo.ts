// Endpoint that undoes a changeset or previews the undo.
import { z } from "zod";
import { boolean_parameter } from "../boolean-parameter.ts";
import { product_values } from "../catalog/edit-products.ts";
import { endpoint } from "../endpoint.ts";
import { pageQuery } from "../paging.ts";
import { conflict_page, operation, undo_policy } from "./operations.ts";
import { problem_document } from "../problem-document.ts";

const count = z.int().min(0);

/** The effect that an undo would have now. */
export const undo_preview = conflict_page
  .extend({
    undoes: z.int(),
    policy: undo_policy,
    total: count,
    created: count.describe("Number of deleted products that would be restored"),
    updated: count,
    deleted: count,
    unchanged: count.describe("Number of products that need no change"),
    kept: count.describe("Number of products that would not be changed because they were changed after the changeset"),
    samples: z
      .array(
        z.object({
          id: z.int(),
          change: z.enum(["created", "updated", "deleted"]),
          before: product_values
            .nullable()
            .describe("Current values of the product; null if the product does not exist"),
          after: product_values
            .nullable()
            .describe("Values of the product after the undo; null if the undo would delete the product"),
        }),
      )
      .describe("Some of the products that the undo would change; empty on all pages but the first"),
  })
  .meta({ id: "UndoPreview" });
export type UndoPreview = z.infer<typeof undo_preview>;

export const undo_changeset = endpoint({
  method: "POST",
  url: "/api/changesets/:id/undo",
  access: "editor",
  scope: "edit",
  schema: {
    operationId: "undo_changeset",
    summary: "Undo a changeset, or preview the undo",
    description:
      "Starts an operation that can be watched and cancelled. The changeset of the undo can itself be undone. " +
      "Products that were changed after the changeset are kept and listed as conflicts; `policy=overwrite` restores " +
      "them too. With `preview=true` nothing is written: the response contains exact counts and a page of " +
      "conflicts. A product whose later changes were reverted is not a conflict. Returns 409 if the changeset is " +
      "not complete, is being undone, or has been undone, and 410 if its history has been purged.",
    tags: ["changesets"],
    params: z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    querystring: z
      .object({
        preview: boolean_parameter.default(false),
        policy: undo_policy.default("keep"),
        ...pageQuery({ limit: 100, max: 500 }),
      })
      .strict(),
    response: {
      200: undo_preview,
      202: operation,
      400: problem_document,
      404: problem_document,
      409: problem_document,
      410: problem_document,
    },
  },
});
