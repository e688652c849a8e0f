// Endpoints of column choices: what users decided about columns when they answered a question or reviewed an import.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

export const CHOICE_TARGETS = ["sku", "name", "description", "active", "parent_sku", "attribute"] as const;

/** The latest decision of a user about columns with this name. */
export const column_choice = z
  .object({
    column: z.string().describe("Name of the column, spelled as in the file of the latest choice"),
    target: z
      .enum(CHOICE_TARGETS)
      .describe("The field that the column contains; `attribute`: the column becomes an attribute"),
    beats_exact_name: z
      .boolean()
      .describe(
        "Whether the choice applies even if another column of the file has the exact name of the field: true if the user made the choice for such a file",
      ),
    import_id: z.int().describe("The import for which the latest choice was made"),
    chosen_at: z.iso.datetime({ offset: true }),
  })
  .meta({ id: "ColumnChoice" });
export type ColumnChoice = z.infer<typeof column_choice>;

const column_params = z.object({
  column: z.string().min(1).max(2000).refine(isStorable, NOT_STORABLE).describe("Name of the column"),
});

export const list_column_choices = endpoint({
  method: "GET",
  url: "/api/column-choices",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_column_choices",
    summary: "List what users decided about columns, ordered by column name",
    description:
      "When an import that waited for an answer or a review continues, the server remembers the columns that were chosen for fields. In " +
      "later files without a profile, columns with these names get the same targets. The comparison of names ignores case, " +
      "blanks, punctuation and accents.",
    tags: ["imports"],
    querystring: z.object({ ...pageQuery({ limit: 50, max: 200 }) }).strict(),
    response: { 200: pageOf(column_choice), 400: problem_document },
  },
});

export const delete_column_choice = endpoint({
  method: "DELETE",
  url: "/api/column-choices/:column",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "delete_column_choice",
    summary: "Delete the choice for a column, and return the deleted choice",
    tags: ["imports"],
    params: column_params,
    response: { 200: column_choice, 400: problem_document, 404: problem_document },
  },
});
