/* eslint-disable max-lines -- one room's wire in one place: schemas, the options they share, and endpoints */
// The wire of imports: what an import is, how one is made, watched and cancelled.
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
import { problem_document } from "../problem-document.ts";

export { ENCODINGS, isTerminal, type ImportState } from "./import-names.ts";
export const import_state = z.enum(IMPORT_STATES);

export const WAIT_REASONS = ["disk-full"] as const;

export const LINE_ENDINGS = ["lf", "crlf", "cr", "mixed", "row"] as const;
export const FORMATS = ["text", "gzip", "xlsx"] as const;

const one_ascii = z.string().regex(/^[\x20-\x7e]?$/, "One printable ASCII character, or nothing");

/** How the file is written. `escape` equal to `quote` means a doubled quote; an empty string means none. */
export const dialect = z
  .object({
    format: z
      .enum(FORMATS)
      .describe(
        "Text as it is (CSV, TSV and the like), text that gzip has packed, or a workbook; by its bytes, not its name",
      ),
    sheets: z
      .array(z.object({ name: z.string(), read: z.boolean() }))
      .optional()
      .describe(
        "Of a workbook: its sheets, and whether their rows are imported: the first table's, and others with its header",
      ),
    encoding: z.enum(ENCODINGS),
    delimiter: z
      .string()
      .min(1)
      .max(MAX_DELIMITER_CHARACTERS)
      .regex(/^[^\0\r\n]*$/, "A line end or a NUL is no delimiter")
      .describe("One to eight characters, as they stand between two fields"),
    quote: one_ascii.describe("One ASCII character; empty = nothing is quoted"),
    escape: one_ascii.describe("The quote itself (doubled), a backslash, or empty"),
    line_ending: z.enum(LINE_ENDINGS).describe("`row`: rows of a sheet, whose numbers are the lines"),
    header: z.boolean().describe("Whether the first record names the columns"),
    preamble: z.int().min(0).describe("Lines before the header (or the first record) that are no part of the table"),
    formula_escape: z
      .boolean()
      .describe("Whether an apostrophe before =, +, -, @, a tab or a CR at a cell's start is an escape, and taken off"),
  })
  .meta({ id: "Dialect" });
export type Dialect = z.infer<typeof dialect>;

export const COLUMN_TARGETS = ["sku", "name", "description", "active", "attribute", "ignored"] as const;
export const column_target = z.enum(COLUMN_TARGETS);

/** A column of the file. `attribute` = kept under `name` in the attributes; `ignored` = a column of a rejects file. */
export const column = z.object({ name: z.string(), target: column_target }).meta({ id: "Column" });
export type Column = z.infer<typeof column>;

export const MODES = ["upsert", "create", "update"] as const;
export const REPEATS = ["last", "first", "reject"] as const;

const sheet_name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\0]*$/, "A NUL character is no part of a name");

/** What the sender of a file has decided; what is not said about the file is detected. */
export const import_options = z
  .object({
    mode: z.enum(MODES).describe("`create` leaves existing products alone, `update` creates none"),
    repeats: z.enum(REPEATS).describe("Which row of a SKU that the file repeats is applied"),
    strict: z.boolean().describe("One rejected row fails the whole import and nothing is written"),
    active: z.boolean().describe("Whether a new product is active where the file does not say"),
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
        "Of a workbook: the sheet to import, by its name; else the first that has a SKU, and those with its header",
      ),
  })
  .meta({ id: "ImportOptions" });
export type ImportOptions = z.infer<typeof import_options>;

/** The same as query parameters, form fields or options of a command line: text, with defaults. */
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
      .describe("A WHATWG label of one of these encodings, in upper or lower case"),
    preamble: z
      .preprocess(
        // Number() would turn an empty text into 0.
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

/** What a file of rejects has besides its own columns; an import of such a file passes over them. */
export const REJECT_COLUMNS = [
  "reject_row",
  "reject_line",
  "reject_column",
  "reject_code",
  "reject_reason",
  "reject_raw",
] as const;

/** A file's name is text to us; PostgreSQL takes any but a NUL. */
export const file_name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\0]*$/, "A NUL character is no part of a name");

/** Why a row was not applied: code -> what it means. */
export const REJECT_CODES = {
  sku_empty: "The SKU is empty",
  sku_too_long: "The SKU is too long",
  sku_repeated: "The file repeats this SKU and the import rejects repeats",
  name_empty: "A new product needs a name",
  value_too_long: "The value is too long",
  too_few_fields: "The record has fewer fields than the header",
  too_many_fields: "The record has more fields than the header",
  text_after_quote: "There is text between a closing quote and the next delimiter",
  unclosed_quote: "A quote is opened and never closed",
  nul_byte: "The value holds a NUL byte",
  not_text: "Bytes that are not text in the file's encoding",
  record_too_long: "The record is longer than a record may be",
  not_yes_or_no: "The value is neither yes nor no",
  not_a_number: "The value is not a number",
  exists_already: "The product exists already and the import only creates",
  does_not_exist: "There is no such product and the import only updates",
} as const;
export const reject_code = z.enum(Object.keys(REJECT_CODES) as [RejectCode, ...RejectCode[]]);
export type RejectCode = keyof typeof REJECT_CODES;

/** Rejects of an import that are stored and listed; the others are only counted. */
export const MAX_LISTED_REJECTS = 100_000;
const FIRST_REJECTS = `the first ${MAX_LISTED_REJECTS.toLocaleString("en")}`;

/** Characters of a raw record in a page of rejects, and in `skuport read`; the CSV of rejects has them all. */
export const MAX_RAW_CHARACTERS = 10_000;

export const reject = z
  .object({
    row: z.int().describe("Number of the record, the first below the header is 1"),
    line: z.int().describe("Line of the file on which the record starts, from 1"),
    column: z.string().nullable(),
    value: z.string().nullable().describe("The value at fault, cut after 200 characters"),
    code: reject_code,
    message: z.string(),
    raw: z.string().describe(`The unmodified record, cut after ${MAX_RAW_CHARACTERS.toLocaleString("en")} characters`),
  })
  .meta({ id: "Reject" });
export type Reject = z.infer<typeof reject>;

const count = z.int().min(0);
const instant = z.iso.datetime({ offset: true });

/** An import: the one record of its upload, progress and result. When it is done,
 * rows = created + updated + unchanged + superseded + rejected. */
export const import_ = z
  .object({
    id: z.int(),
    state: import_state,
    filename: z.string(),
    size: count.nullable().describe("Bytes of the file; null where the sender has not said"),
    received: count.describe("Bytes received so far"),
    sha256: z.string().nullable(),
    options: import_options,
    dialect: dialect.nullable(),
    columns: z.array(column),
    columns_count: count,
    lines: count.nullable(),
    rows: count.nullable().describe("Records below the header; exact once the file has been scanned"),
    scanned: count.describe("Bytes scanned so far"),
    created: count,
    updated: count,
    unchanged: count,
    superseded: count.describe("Rows whose SKU another row of the same file decides"),
    rejected: count,
    rejects_listed: count.describe(`Rejected rows that are listed with their reasons: ${FIRST_REJECTS} found`),
    fraction: z.number().min(0).max(1).describe("Of the whole work; never moves backwards"),
    rows_per_second: count.nullable(),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    elapsed_ms: z.object({ scan: count, load: count, total: count }),
    changeset_id: z.int().nullable(),
    upload_expires_at: instant
      .nullable()
      .describe("Until when the rest of a file that comes in parts can be sent; null once it is whole, or over"),
    cancel_requested: z.boolean(),
    wait_reason: z
      .enum(WAIT_REASONS)
      .nullable()
      .describe("Why an unfinished import does not move on; it continues by itself. `disk-full`: until there is room"),
    problem: problem_document.nullable(),
    shortened: z.boolean().describe("Whether long values are left out, as lists and streams do; `get_import` has them"),
    version: z.int().describe("Grows with every change of this record; the `id:` of its events"),
  })
  .meta({ id: "Import" });
export type Import = z.infer<typeof import_>;

/** An import in lists and streams, which never hold more than 1 kB of a value. */
export const listed_import = import_
  .extend({
    columns: z.array(column).nullable().describe("null: longer than 1 kB"),
    dialect: dialect.nullable().describe("Without `sheets` where it is longer than 1 kB"),
    problem: problem_document.nullable().describe("Only its first words where it is longer than 1 kB"),
  })
  .meta({ id: "ListedImport" });
export type ListedImport = z.infer<typeof listed_import>;

const id_params = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const not_found = { 404: problem_document };

/** The bytes decide what a file is; a type only has to be one of these. */
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
      "The file is the raw body (with `?filename=`), or the field `file` of a multipart form. It is CSV or the like, the same " +
      "packed by gzip, or a workbook (XLSX): its bytes decide. Options are query parameters or form fields that come before the file.",
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

/** Bytes of a file that are looked at before it is imported. */
export const PREVIEW_BYTES = 131_072;
/** A workbook is looked at whole or not at all. */
export const MAX_PREVIEW_BYTES = 1_048_576;

export const preview = z
  .object({
    dialect: dialect.nullable().describe("null: only the whole file tells, as of a large workbook"),
    columns: z.array(column),
    rows: z
      .array(z.object({ line: z.int(), cells: z.array(z.string()) }))
      .describe("The first 20; of each the first 100 cells, cut after 200 characters"),
    sample_size: count.describe("Rows that the sample holds completely, at most a quarter of a megabyte of them"),
    rejected: count.describe("Of these, those that the file alone makes rejects"),
    rejects: z.array(reject).describe("The first 20 of them"),
    problem: problem_document.nullable().describe("Why the file as a whole would not be imported"),
  })
  .meta({ id: "Preview" });
export type Preview = z.infer<typeof preview>;

export const preview_import = endpoint({
  method: "POST",
  url: "/api/imports/preview",
  access: "importer",
  schema: {
    operationId: "preview_import",
    summary: "Look at the beginning of a file as an import would",
    description:
      "The body is the file's first bytes, some 100 kB of them; the whole of a small workbook. `size` says how " +
      "large the file is; where it is as large as the body, or not said, the body is the whole file. Nothing is kept.",
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
    summary: "List imports, the newest first",
    tags: ["imports"],
    querystring: z
      .object({
        ...pageQuery({ limit: 50, max: 200 }),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits, in small letters")
          .optional()
          .describe("Only imports of the very same file"),
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
    summary: "Cancel an import; what is committed stays and is counted",
    tags: ["imports"],
    params: id_params,
    response: { 202: import_, 400: problem_document, 409: problem_document, ...not_found },
  },
});

/** How many rejects an answer is about. */
const listed_rejects = {
  rejected: count.describe("Rejected rows of the import"),
  rejects_listed: import_.shape.rejects_listed,
};

export const list_rejects = endpoint({
  method: "GET",
  url: "/api/imports/:id/rejects",
  access: "viewer",
  schema: {
    operationId: "list_rejects",
    summary: `List the rejected rows with their reasons, in file order: ${FIRST_REJECTS} of an import`,
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

/** Rejects that have reason and column in common. */
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
    summary: "Count the listed rejects by reason and column, the most frequent first",
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
    summary: "The listed rejects in the file's own columns, plus the reason, to be fixed and imported",
    description:
      "Where an import has more rejected rows than are listed, the last record says so in its column `reject_reason`, and the " +
      "file's name has the number of rows.",
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
      "Event `import`: the import as `list_imports` shows it, first at once and then at most five times a second; `id:` is its " +
      "version. The stream ends after the terminal state. A reader that comes back with `Last-Event-ID` gets only what is newer.",
    tags: ["imports"],
    params: id_params,
    answer_type: "text/event-stream",
    response: { 200: z.string(), 400: problem_document, 429: problem_document, ...not_found },
  },
});
