// Rows of an import that were rejected or ignored, and the endpoints that list them.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { next_cursor, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { id_params } from "./id-params.ts";

/** Columns that rejects.csv adds to the columns of the file; an import ignores these columns. */
export const REJECT_COLUMNS = [
  "reject_row",
  "reject_line",
  "reject_column",
  "reject_code",
  "reject_reason",
  "reject_raw",
] as const;

/** Reasons for rejecting a row, with their meaning. */
export const REJECT_CODES = {
  sku_empty: "The SKU is empty",
  sku_too_long: "The SKU is too long",
  sku_damaged: "A program has replaced the SKU by an error, a shortened number or a word for a missing value",
  value_damaged: "A spreadsheet has replaced the value by an error",
  sku_repeated: "An earlier row has the same SKU and the import rejects repeated SKUs",
  name_empty: "A new product needs a name",
  repeat_without_name: "The row has no name, and an earlier row with the same SKU has one",
  value_too_long: "The value is too long",
  too_few_fields: "The record has fewer fields than the header",
  too_many_fields: "The record has more fields than the header",
  text_after_quote: "There is text between a closing quote and the next delimiter",
  unclosed_quote: "An opening quote has no closing quote",
  nul_byte: "The value contains a NUL byte",
  not_text: "The bytes are not valid in the file's encoding, or the file's format does not allow the character",
  record_too_long: "The record exceeds the maximum length",
  not_json: "The line of a JSON Lines file, or the element of a list of records, is not a JSON object",
  not_yes_or_no: "The value is neither yes nor no",
  not_a_number: "The value is not a number",
  does_not_fit: "The value is not what the mapping expects",
  value_empty: "The mapping requires a value, but the cell is empty",
  not_a_list: "The value is not valid JSON, or not a list of texts",
  is_a_list: "A column of lists is used as the SKU or another field of the product, and the cell contains a list",
  no_base_row:
    "The row adds values to a product, or changes it in one layer such as a language, but the file has no row of the product itself",
  group_too_large: "Too many rows belong to the same product or group",
  product_too_large: "The product that the rows form is larger than 1 MB",
  match_ambiguous: "The row matches more than one product",
  exists_already: "The product already exists and the import only creates products",
  does_not_exist: "The product does not exist and the import only updates products",
} as const;

/** Reasons for ignoring a row that is not a product, with their meaning. */
export const IGNORE_CODES = {
  header_repeated: "The row repeats the header",
  condition: "The mapping ignores rows like this one",
  adds: "The row only adds values to the product of another row",
} as const;
export type IgnoreCode = keyof typeof IGNORE_CODES;
export const ignore_code = z.enum(Object.keys(IGNORE_CODES) as [IgnoreCode, ...IgnoreCode[]]);
export const reject_code = z.enum(Object.keys(REJECT_CODES) as [RejectCode, ...RejectCode[]]);
export type RejectCode = keyof typeof REJECT_CODES;

/** Maximum number of rejects stored and listed per import; further rejects are only counted. */
export const MAX_LISTED_REJECTS = 100_000;
export const FIRST_REJECTS = `the first ${MAX_LISTED_REJECTS.toLocaleString("en")}`;

/** Maximum length of a raw record in a page of rejects and in `skuport read`, in characters. rejects.csv contains the whole
 * record. */
export const MAX_RAW_CHARACTERS = 10_000;

export const reject = z
  .object({
    row: z.int().describe("Number of the row; the first row below the header has number 1"),
    line: z.int().describe("Line of the file on which the record starts, counted from 1"),
    member: z
      .object({ name: z.string(), line: z.int() })
      .optional()
      .describe(
        "If several files of a zip file were read as one table: the name of the file with the record, and the line of that file",
      ),
    column: z.string().nullable(),
    value: z.string().nullable().describe("The invalid value, truncated to 200 characters"),
    code: reject_code,
    message: z.string(),
    raw: z
      .string()
      .describe(`The unmodified record, truncated to ${MAX_RAW_CHARACTERS.toLocaleString("en")} characters`),
  })
  .meta({ id: "Reject" });
export type Reject = z.infer<typeof reject>;

/** A row that was ignored because it is not a product. */
export const ignored_row = reject.extend({ code: ignore_code }).meta({ id: "IgnoredRow" });
export type IgnoredRow = z.infer<typeof ignored_row>;

const count = z.int().min(0);

/** An import and each page of its rejects have this field. */
export const rejects_listed = count.describe(
  `Number of rejected rows that are listed with their reasons, at most ${FIRST_REJECTS}`,
);
const not_found = { 404: problem_document };

/** Counts that are returned with every page of rejects. */
const listed_rejects = {
  rejected: count.describe("Number of rejected rows of the import"),
  rejects_listed,
};

export const list_rejects = endpoint({
  method: "GET",
  url: "/api/imports/:id/rejects",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_rejects",
    summary: `List the rejected rows of an import (at most ${FIRST_REJECTS}) with their reasons, in file order`,
    tags: ["imports"],
    params: id_params,
    querystring: z
      .object({
        ...pageQuery({ limit: 100, max: 500 }),
        code: reject_code.optional(),
      })
      .strict(),
    response: {
      200: z.object({ items: z.array(reject), next_cursor, ...listed_rejects }),
      400: problem_document,
      ...not_found,
    },
  },
});

export const list_ignored = endpoint({
  method: "GET",
  url: "/api/imports/:id/ignored",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_ignored",
    summary: `List the ignored rows of an import (at most ${FIRST_REJECTS}): rows that are not products, and rows that only add values to the product of another row (code \`adds\`), in file order`,
    tags: ["imports"],
    params: id_params,
    querystring: z.object({ ...pageQuery({ limit: 100, max: 500 }), code: ignore_code.optional() }).strict(),
    response: {
      200: z.object({
        items: z.array(ignored_row),
        next_cursor,
        ignored: count.describe("Number of ignored rows of the import"),
        adds: count.describe("Number of rows of the import that only add values to the product of another row"),
      }),
      400: problem_document,
      ...not_found,
    },
  },
});

/** Rejects with the same reason and column. */
export const reject_group = z
  .object({ code: reject_code, column: z.string().nullable(), count: count })
  .meta({ id: "RejectGroup" });
export type RejectGroup = z.infer<typeof reject_group>;

export const summarize_rejects = endpoint({
  method: "GET",
  url: "/api/imports/:id/rejects/summary",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "summarize_rejects",
    summary: "Count the listed rejects by reason and column, most frequent first",
    tags: ["imports"],
    params: id_params,
    response: {
      200: z.object({ items: z.array(reject_group), ...listed_rejects }),
      400: problem_document,
      ...not_found,
    },
  },
});

export const download_rejects = endpoint({
  method: "GET",
  url: "/api/imports/:id/rejects.csv",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "download_rejects",
    summary: "Download the listed rejected rows with their reasons as a CSV file that can be corrected and imported",
    description:
      "If not all rejected rows are listed, the last record of the file states this in the column " +
      "`reject_reason`, and the file name contains the number of listed rows.",
    tags: ["imports"],
    params: id_params,
    answer_type: "text/csv",
    response: { 200: z.string(), 400: problem_document, ...not_found },
  },
});
