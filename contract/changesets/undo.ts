// The wire of undo: a changeset taken back, or what that would do.
import { z } from "zod";
import { boolean_parameter } from "../boolean-parameter.ts";
import { product_values } from "../catalog/edit-products.ts";
import { endpoint } from "../endpoint.ts";
import { pageQuery } from "../paging.ts";
import { conflict_page, operation, undo_policy } from "./operations.ts";
import { problem_document } from "../problem-document.ts";

const count = z.int().min(0);

/** What an undo would do at this moment. */
export const undo_preview = conflict_page
  .extend({
    undoes: z.int(),
    policy: undo_policy,
    total: count,
    created: count.describe("Deleted products that would come back"),
    updated: count,
    deleted: count,
    unchanged: count.describe("Products that are already as they were before"),
    kept: count.describe("Products that would stay as they are, since they were changed later"),
    samples: z
      .array(
        z.object({
          id: z.int(),
          change: z.enum(["created", "updated", "deleted"]),
          before: product_values.nullable().describe("The product as it is now; null if it does not exist"),
          after: product_values.nullable().describe("The product after the undo; null if the undo deletes it"),
        }),
      )
      .describe("Some of the products that would be changed; on the first page only"),
  })
  .meta({ id: "UndoPreview" });
export type UndoPreview = z.infer<typeof undo_preview>;

export const undo_changeset = endpoint({
  method: "POST",
  url: "/api/changesets/:id/undo",
  access: "editor",
  schema: {
    operationId: "undo_changeset",
    summary: "Take a changeset back, or see what that would do",
    description:
      "Starts an operation that can be watched and cancelled; its changeset can be undone itself. Products that were changed " +
      "later are kept and listed as conflicts; with `policy=overwrite` they go back as well. With `preview=true` nothing is " +
      "written: the answer has exact counts and, in pages, the conflicts. A product that others changed and changed back is no " +
      "conflict. 409: the changeset is not complete yet, or an undo of it runs, or it has been undone. 410: its history is no " +
      "longer kept.",
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
