// Long because all endpoints of imports share its schemas.
/* eslint-disable max-lines -- the whole contract of imports: schemas, shared options and endpoints */
// Endpoints of imports: create, preview, watch, cancel, and the rejected rows.
import { z } from "zod";
import { findMarkConflict, MAX_DELIMITER_CHARACTERS, MAX_PREAMBLE_LINES } from "./dialect-rules.ts";
import { boolean_parameter } from "../boolean-parameter.ts";
import { endpoint } from "../endpoint.ts";
import { next_cursor, pageOf, pageQuery } from "../paging.ts";
import {
  CANCEL_IMPORT_URL,
  encodingOf,
  ENCODINGS,
  IMPORT_STATES,
  IMPORT_URL,
  IMPORTS_URL,
  WATCH_IMPORT_URL,
} from "./import-names.ts";
import { notice } from "./notices.ts";
import { problem_document } from "../problem-document.ts";

export { ENCODINGS, isTerminal, type ImportState } from "./import-names.ts";
export const import_state = z.enum(IMPORT_STATES);

export const WAIT_REASONS = ["disk-full"] as const;

export const LINE_ENDINGS = ["lf", "crlf", "cr", "mixed", "row"] as const;
export const FORMATS = ["text", "gzip", "xlsx"] as const;

const one_ascii = z.string().regex(/^[\x20-\x7e]?$/, "Use one printable ASCII character, or none");

/** The format of the file. If `escape` equals `quote`, a quote is escaped by doubling it; if it is an empty string, quotes
 * cannot be escaped. */
export const dialect = z
  .object({
    format: z
      .enum(FORMATS)
      .describe(
        "Format of the file, detected from its content, not its name. `text`: delimited text (CSV, TSV). `gzip`: " +
          "delimited text compressed by gzip. `xlsx`: an Excel workbook",
      ),
    sheets: z
      .array(z.object({ name: z.string(), read: z.boolean() }))
      .optional()
      .describe(
        "Sheets of the workbook. `read` shows whether the rows of a sheet are imported. By default, the first " +
          "sheet with a SKU column and all sheets with the same header are imported",
      ),
    encoding: z.enum(ENCODINGS),
    delimiter: z
      .string()
      .min(1)
      .max(MAX_DELIMITER_CHARACTERS)
      .regex(/^[^\0\r\n]*$/, "A delimiter cannot contain a line end or NUL")
      .describe("Delimiter between two fields, one to eight characters"),
    quote: one_ascii.describe("Quote character (ASCII); an empty string = fields are not quoted"),
    escape: one_ascii.describe(
      "Character that escapes a quote inside a quoted field: the quote itself (a doubled quote) or a backslash; an " +
        "empty string = quotes cannot be escaped",
    ),
    line_ending: z
      .enum(LINE_ENDINGS)
      .describe("Line ending of the file; `row` for workbooks, where row numbers are used as line numbers"),
    header: z.boolean().describe("Whether the first record contains the column names"),
    preamble: z
      .int()
      .min(0)
      .describe("Number of lines to skip before the header, or before the first record if there is no header"),
    formula_escape: z
      .boolean()
      .describe("Whether to remove an apostrophe before =, +, -, @, tab or CR at the start of a cell"),
  })
  .meta({ id: "Dialect" });
export type Dialect = z.infer<typeof dialect>;

export const COLUMN_TARGETS = ["sku", "name", "description", "active", "attribute", "ignored"] as const;
export const column_target = z.enum(COLUMN_TARGETS);

/** A column of the file. With the target `attribute`, its values are stored as the attribute `attribute`, or `name` if
 * `attribute` is missing. With the target `ignored`, the column is not imported. */
export const column = z
  .object({
    name: z.string(),
    target: column_target,
    attribute: z.string().optional().describe("Name of the attribute, if it differs from the name of the column"),
    blank: z
      .enum(["keep", "remove"])
      .optional()
      .describe(
        "What a blank cell does to the attribute: it keeps or removes the product's value; `remove` by default",
      ),
  })
  .meta({ id: "Column" });
export type Column = z.infer<typeof column>;

export const MODES = ["upsert", "create", "update"] as const;
export const REPEATS = ["last", "first", "reject"] as const;

const sheet_name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\0]*$/, "A name cannot contain NUL");

/** Options given by the client; omitted properties of the file are detected. */
export const import_options = z
  .object({
    mode: z
      .enum(MODES)
      .describe(
        "`upsert` creates and changes products, `create` never changes existing products, `update` never creates " +
          "products",
      ),
    repeats: z
      .enum(REPEATS)
      .describe(
        "Which row to apply if several rows have the same SKU; `reject` applies the first one and rejects the others",
      ),
    strict: z.boolean().describe("Whether the import fails without any change if a row is rejected"),
    active: z.boolean().describe("Whether new products are active if the file does not specify it"),
    encoding: dialect.shape.encoding.optional(),
    delimiter: dialect.shape.delimiter.optional(),
    quote: dialect.shape.quote.optional(),
    escape: dialect.shape.escape.optional(),
    header: dialect.shape.header.optional(),
    preamble: dialect.shape.preamble.max(MAX_PREAMBLE_LINES).optional(),
    formula_escape: dialect.shape.formula_escape.optional(),
    sheet: sheet_name
      .optional()
      .describe(
        "Name of the only sheet to import. By default, the first sheet with a SKU column and all sheets with the " +
          "same header are imported",
      ),
  })
  .meta({ id: "ImportOptions" });
export type ImportOptions = z.infer<typeof import_options>;

/** The same options with their defaults, as query parameters, form fields or command-line options, where every value is a
 * string. */
export const import_query = import_options
  .extend({
    mode: import_options.shape.mode.default("upsert"),
    repeats: import_options.shape.repeats.default("last"),
    strict: boolean_parameter
      .default(false)
      .describe(`${import_options.shape.strict.description ?? ""}; default false`),
    active: boolean_parameter.default(true).describe(`${import_options.shape.active.description ?? ""}; default true`),
    header: boolean_parameter.optional().describe(dialect.shape.header.description ?? ""),
    encoding: z
      .preprocess(
        (label: string | undefined) => (label === undefined ? undefined : (encodingOf(label) ?? label)),
        z.enum(ENCODINGS, `The encoding is not supported. Use one of ${ENCODINGS.join(", ")}.`),
      )
      .optional()
      .describe("WHATWG label of one of these encodings, such as `latin1`; not case-sensitive"),
    preamble: z
      .preprocess(
        // Number() would turn an empty string into 0.
        (lines: string | number | undefined) =>
          typeof lines === "string" ? (/^\d+$/.test(lines) ? Number(lines) : Number.NaN) : lines,
        z.int("Enter the number of lines in digits.").min(0).max(MAX_PREAMBLE_LINES),
      )
      .optional()
      .describe(dialect.shape.preamble.description ?? ""),
    formula_escape: boolean_parameter.optional().describe(dialect.shape.formula_escape.description ?? ""),
  })
  .strict()
  .superRefine((options, context) => {
    const conflict = findMarkConflict(options);
    if (conflict !== undefined)
      context.addIssue({ code: "custom", path: [conflict.option], message: conflict.message });
  });
export type DialectOverrides = Partial<
  Pick<Dialect, "encoding" | "delimiter" | "quote" | "escape" | "header" | "preamble" | "formula_escape"> & {
    sheet: string;
  }
>;

/** Columns that rejects.csv adds to the columns of the file; an import ignores these columns. */
export const REJECT_COLUMNS = [
  "reject_row",
  "reject_line",
  "reject_column",
  "reject_code",
  "reject_reason",
  "reject_raw",
] as const;

/** Schema of a file name. It excludes NUL, because PostgreSQL text cannot contain it. */
export const file_name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\0]*$/, "A name cannot contain NUL");

/** Reasons for rejecting a row, with their meaning. */
export const REJECT_CODES = {
  sku_empty: "The SKU is empty",
  sku_too_long: "The SKU is too long",
  sku_repeated: "An earlier row has the same SKU and the import rejects repeated SKUs",
  name_empty: "A new product needs a name",
  value_too_long: "The value is too long",
  too_few_fields: "The record has fewer fields than the header",
  too_many_fields: "The record has more fields than the header",
  text_after_quote: "There is text between a closing quote and the next delimiter",
  unclosed_quote: "An opening quote has no closing quote",
  nul_byte: "The value contains a NUL byte",
  not_text: "The bytes are not valid in the file's encoding",
  record_too_long: "The record exceeds the maximum length",
  not_yes_or_no: "The value is neither yes nor no",
  not_a_number: "The value is not a number",
  exists_already: "The product already exists and the import only creates products",
  does_not_exist: "The product does not exist and the import only updates products",
} as const;

/** Reasons for ignoring a row that is not a product, with their meaning. */
export const IGNORE_CODES = {
  header_repeated: "The row repeats the header",
  condition: "The row meets a condition of the mapping",
} as const;
export type IgnoreCode = keyof typeof IGNORE_CODES;
export const ignore_code = z.enum(Object.keys(IGNORE_CODES) as [IgnoreCode, ...IgnoreCode[]]);
export const reject_code = z.enum(Object.keys(REJECT_CODES) as [RejectCode, ...RejectCode[]]);
export type RejectCode = keyof typeof REJECT_CODES;

/** Maximum number of rejects stored and listed per import; further rejects are only counted. */
export const MAX_LISTED_REJECTS = 100_000;
const FIRST_REJECTS = `the first ${MAX_LISTED_REJECTS.toLocaleString("en")}`;

/** Maximum length of a raw record in a page of rejects and in `skuport read`, in characters. rejects.csv contains the whole
 * record. */
export const MAX_RAW_CHARACTERS = 10_000;

export const reject = z
  .object({
    row: z.int().describe("Number of the row; the first row below the header has number 1"),
    line: z.int().describe("Line of the file on which the record starts, counted from 1"),
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
const instant = z.iso.datetime({ offset: true });

/** An import with its upload, progress and result. When it is done,
 * rows = created + updated + unchanged + superseded + rejected + ignored. */
export const import_ = z
  .object({
    id: z.int(),
    state: import_state,
    filename: z.string(),
    size: count.nullable().describe("Size of the file in bytes; null if the client has not declared it"),
    received: count.describe("Number of bytes received so far"),
    sha256: z.string().nullable(),
    options: import_options,
    dialect: dialect.nullable(),
    columns: z.array(column),
    columns_count: count,
    lines: count.nullable(),
    rows: count.nullable().describe("Number of rows below the header; exact once the whole file has been scanned"),
    scanned: count.describe("Number of bytes scanned so far"),
    created: count,
    updated: count,
    unchanged: count,
    superseded: count.describe("Number of rows that were not applied because another row of the file has the same SKU"),
    rejected: count,
    ignored: count.describe("Number of rows that are not products, such as totals, notes and repeated headers"),
    notices: z.array(notice),
    rejects_listed: count.describe(
      `Number of rejected rows that are listed with their reasons, at most ${FIRST_REJECTS}`,
    ),
    fraction: z.number().min(0).max(1).describe("Progress of the whole import, from 0 to 1; never decreases"),
    rows_per_second: count.nullable(),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    elapsed_ms: z.object({ scan: count, load: count, total: count }),
    changeset_id: z.int().nullable(),
    upload_expires_at: instant
      .nullable()
      .describe("When the unfinished resumable upload expires; null if the file is complete or the import has ended"),
    cancel_requested: z.boolean(),
    wait_reason: z
      .enum(WAIT_REASONS)
      .nullable()
      .describe(
        "Why an unfinished import is waiting; it continues automatically. `disk-full`: the import is waiting for " +
          "free disk space",
      ),
    problem: problem_document.nullable(),
    shortened: z
      .boolean()
      .describe(
        "Whether values longer than 1 kB were omitted or truncated, as in lists and streams; `get_import` returns " +
          "the complete values",
      ),
    version: z
      .int()
      .describe("Version of this record, which increases with every change; the `id:` of its server-sent events"),
  })
  .meta({ id: "Import" });
export type Import = z.infer<typeof import_>;

/** An import in lists and streams, where values longer than 1 kB are omitted or truncated. */
export const listed_import = import_
  .extend({
    columns: z.array(column).nullable().describe("Columns of the file; null if the list is longer than 1 kB"),
    dialect: dialect.nullable().describe("Format of the file, without `sheets` if it is longer than 1 kB"),
    problem: problem_document.nullable().describe("Why the import failed; truncated if longer than 1 kB"),
  })
  .meta({ id: "ListedImport" });
export type ListedImport = z.infer<typeof listed_import>;

const id_params = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const not_found = { 404: problem_document };

/** Accepted content types. The actual format is detected from the content. */
const FILE_TYPES = [
  "text/csv",
  "text/tab-separated-values",
  "application/octet-stream",
  "application/gzip",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

export const create_import = endpoint({
  method: "POST",
  url: IMPORTS_URL,
  access: "importer",
  schema: {
    operationId: "create_import",
    summary: "Import a file",
    description:
      "Send the file as the raw body (with `?filename=`) or as the field `file` of a multipart form. The file is " +
      "delimited text, delimited text compressed by gzip, or an XLSX workbook; the server detects the format from " +
      "the content. Send options as query parameters, or as form fields before the file.",
    tags: ["imports"],
    file_body: { types: FILE_TYPES, form: import_query },
    querystring: import_query.safeExtend({ filename: file_name.optional() }),
    response: {
      201: import_,
      400: problem_document,
      413: problem_document,
      415: problem_document,
      422: problem_document,
      507: problem_document,
    },
  },
});

/** Maximum number of bytes that a preview reads of a file. */
export const PREVIEW_BYTES = 131_072;
/** Maximum size of a workbook that can be previewed: a preview of a workbook needs the whole file. */
export const MAX_PREVIEW_BYTES = 1_048_576;

export const preview = z
  .object({
    dialect: dialect
      .nullable()
      .describe(
        "Detected format of the file; null if it can only be detected from the whole file, as for a large workbook",
      ),
    columns: z.array(column),
    rows: z
      .array(z.object({ line: z.int(), cells: z.array(z.string()) }))
      .describe("The first 20 rows, each with its first 100 cells; each cell is truncated to 200 characters"),
    sample_size: count.describe("Number of complete rows in the sample. The sample has at most 256 kB"),
    rejected: count.describe(
      "Number of sample rows that an import would reject whatever products the catalogue contains",
    ),
    rejects: z.array(reject).describe("The first 20 of these rejected rows"),
    problem: problem_document.nullable().describe("Why the file cannot be imported; null if it can be imported"),
  })
  .meta({ id: "Preview" });
export type Preview = z.infer<typeof preview>;

export const preview_import = endpoint({
  method: "POST",
  url: "/api/imports/preview",
  access: "importer",
  schema: {
    operationId: "preview_import",
    summary: "Preview how an import would read a file",
    description:
      "Send the first 100 kB of the file, or the whole file if it is a workbook of up to 1 MB. `size` is the size " +
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

export const list_imports = endpoint({
  method: "GET",
  url: IMPORTS_URL,
  access: "viewer",
  schema: {
    operationId: "list_imports",
    summary: "List imports, newest first",
    tags: ["imports"],
    querystring: z
      .object({
        ...pageQuery({ limit: 50, max: 200 }),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, "write 64 lower-case hexadecimal digits")
          .optional()
          .describe("Only imports of a file with this SHA-256 hash"),
      })
      .strict(),
    response: {
      200: pageOf(listed_import),
      400: problem_document,
    },
  },
});

export const get_import = endpoint({
  method: "GET",
  url: IMPORT_URL,
  access: "viewer",
  schema: {
    operationId: "get_import",
    summary: "Show an import",
    tags: ["imports"],
    params: id_params,
    response: { 200: import_, 400: problem_document, ...not_found },
  },
});

export const cancel_import = endpoint({
  method: "POST",
  url: CANCEL_IMPORT_URL,
  access: "importer",
  schema: {
    operationId: "cancel_import",
    summary: "Cancel an import; changes that it has already committed remain and are counted",
    tags: ["imports"],
    params: id_params,
    response: { 202: import_, 400: problem_document, 409: problem_document, ...not_found },
  },
});

/** Counts that are returned with every page of rejects. */
const listed_rejects = {
  rejected: count.describe("Number of rejected rows of the import"),
  rejects_listed: import_.shape.rejects_listed,
};

export const list_rejects = endpoint({
  method: "GET",
  url: "/api/imports/:id/rejects",
  access: "viewer",
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

/** Rejects with the same reason and column. */
export const reject_group = z
  .object({ code: reject_code, column: z.string().nullable(), count: count })
  .meta({ id: "RejectGroup" });
export type RejectGroup = z.infer<typeof reject_group>;

export const summarize_rejects = endpoint({
  method: "GET",
  url: "/api/imports/:id/rejects/summary",
  access: "viewer",
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

export const watch_import = endpoint({
  method: "GET",
  url: WATCH_IMPORT_URL,
  access: "viewer",
  schema: {
    operationId: "watch_import",
    summary: "Watch an import (server-sent events)",
    description:
      "Sends the import, as in `list_imports`, in events of the type `import`: immediately, and then after " +
      "changes, at most five times a second. The `id:` of an event is the version of the import. The stream ends " +
      "when the import has ended. A client that reconnects with `Last-Event-ID` gets newer versions only.",
    tags: ["imports"],
    params: id_params,
    answer_type: "text/event-stream",
    response: { 200: z.string(), 400: problem_document, 429: problem_document, ...not_found },
  },
});
