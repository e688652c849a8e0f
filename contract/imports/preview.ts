// The preview of an import.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { problem_document } from "../problem-document.ts";
import { column, dialect } from "./dialect.ts";
import { FILE_TYPES } from "./file-types.ts";
import { mapping } from "../mapping/mapping.ts";
import { notice } from "./notices.ts";
import { import_query } from "./options.ts";
import { ignore_code, reject } from "./rejects.ts";

const count = z.int().min(0);

/** Number of bytes at the beginning of a large file that a client sends for a preview. */
export const PREVIEW_BYTES = 131_072;
/** Maximum size of a workbook that can be previewed: a preview of a workbook needs the whole file. */
export const MAX_PREVIEW_BYTES = 1_048_576;

export const CONFIDENCES = ["high", "medium", "low"] as const;

/** A column of the file with its target, and how certain the target is. */
export const preview_column = column
  .extend({
    confidence: z
      .enum(CONFIDENCES)
      .describe(
        "`high`: the client, a mapping or a choice for an earlier import (`remembered`) has determined the target, or the column has the " +
          "name of the field; `medium`: the name is similar; `low`: an import would ask which column contains the field, or the values of the " +
          "column cannot be names",
      ),
    samples: z.array(z.string()).describe("The first three different values, each truncated to 100 characters"),
  })
  .meta({ id: "PreviewColumn" });
export type PreviewColumn = z.infer<typeof preview_column>;

const attribute_value = z.union([z.string(), z.array(z.string())]);

/** A product as an import into an empty catalogue would store it, with the row from which it comes. */
export const preview_product = z
  .object({
    row: z.int(),
    line: z.int(),
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    active: z.boolean(),
    parent_sku: z.string(),
    attributes: z.record(z.string(), attribute_value),
  })
  .meta({ id: "PreviewProduct" });

export const preview = z
  .object({
    dialect: dialect
      .nullable()
      .describe(
        "Detected format of the file; null if it can only be detected from the whole file, as for a large workbook",
      ),
    columns: z.array(preview_column),
    rows: z
      .array(z.object({ line: z.int(), cells: z.array(z.string()) }))
      .describe("The first 20 rows, each with its first 100 cells; each cell is truncated to 200 characters"),
    sample_size: count.describe("Number of complete rows in the sample. The sample has at most 256 kB"),
    rejected: count.describe(
      "Number of sample rows that an import would reject, no matter which products the catalogue contains",
    ),
    rejects: z.array(reject).describe("The first 20 of the sample rows that an import would reject"),
    ignored: count.describe("Number of sample rows that are not products"),
    ignored_rows: z
      .array(z.object({ line: z.int(), code: ignore_code }))
      .describe("The first 20 of the sample rows that are not products of their own, with the reason"),
    deleted: count.describe("Number of sample rows that would delete their products"),
    adds: count.describe("Number of sample rows that only add values to the product of another row"),
    superseded: count.describe(
      "Number of sample rows that an import would not apply because another sample row has the same SKU",
    ),
    profile: z
      .object({ name: z.string(), version: z.int(), built_in: z.boolean() })
      .nullable()
      .describe("The profile that an import would use"),
    products: z
      .array(preview_product)
      .describe(
        "The first 20 products as an import into an empty catalogue would store them. Values are truncated to 1,000 characters",
      ),
    mapping: mapping
      .nullable()
      .describe("The mapping that the import would use, in full; null if it is unclear which column contains the SKU"),
    notices: z.array(notice),
    problem: problem_document
      .nullable()
      .describe(
        "Why the file cannot be imported, or the question that an import would ask; null if it can be imported",
      ),
  })
  .meta({ id: "Preview" });
export type Preview = z.infer<typeof preview>;

export const preview_import = endpoint({
  method: "POST",
  url: "/api/imports/preview",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "preview_import",
    summary: "Preview how an import would read a file",
    description:
      "Send the first 128 kB of the file, or the whole file if it is a workbook of up to 1 MB. `size` is the size " +
      "of the file in bytes; if it is omitted or equals the size of the body, the body is the whole file. Nothing " +
      "is stored.",
    tags: ["imports"],
    file_body: { types: FILE_TYPES },
    querystring: import_query.safeExtend({
      size: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    }),
    response: {
      200: preview,
      400: problem_document,
      413: problem_document,
      415: problem_document,
      422: problem_document,
      503: problem_document,
      507: problem_document,
    },
  },
});
