// Endpoints of imports: create, watch, cancel.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { column, dialect } from "./dialect.ts";
import { FILE_TYPES } from "./file-types.ts";
import { id_params } from "./id-params.ts";
import {
  CANCEL_IMPORT_URL,
  CONTINUE_IMPORT_URL,
  IMPORT_STATES,
  IMPORT_URL,
  IMPORTS_URL,
  PREVIEW_HELD_URL,
  WATCH_IMPORT_URL,
} from "./import-names.ts";
import { notice } from "./notices.ts";
import { file_name, import_options, import_query } from "./options.ts";
import { preview } from "./preview.ts";
import { rejects_listed } from "./rejects.ts";
import { problem_document } from "../problem-document.ts";
import { holdsStorable, NOT_STORABLE } from "../stored-text.ts";

export { ENCODINGS, isTerminal, type ImportState } from "./import-names.ts";
export * from "./dialect.ts";
export * from "./options.ts";
export * from "./preview.ts";
export * from "./rejects.ts";

export const import_state = z.enum(IMPORT_STATES);

export const WAIT_REASONS = ["disk-full"] as const;

const count = z.int().min(0);
const instant = z.iso.datetime({ offset: true });

/** An import with its upload, progress and result. When it is done,
 * rows = created + updated + unchanged + deleted + adds + superseded + rejected + ignored. */
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
    deleted: count.describe("Number of rows that deleted their products, as the mapping defines (`delete_when`)"),
    adds: count.describe("Number of rows that only add values, such as images, to the product of another row"),
    superseded: count.describe("Number of rows that were not applied because another row of the file has the same SKU"),
    rejected: count,
    ignored: count.describe("Number of rows that are not products, such as totals, notes and repeated headers"),
    notices: z.array(notice),
    profile: z
      .object({
        name: z.string(),
        version: z.int(),
        built_in: z.boolean(),
        definition: z
          .record(z.string(), z.unknown())
          .optional()
          .describe("The text of the profile, as the import used it; omitted in lists and streams"),
      })
      .nullable()
      .describe(
        "The profile that the import uses. The client named it, or the server selected it by the columns of the file",
      ),
    rejects_listed,
    fraction: z.number().min(0).max(1).describe("Progress of the whole import, from 0 to 1; never decreases"),
    rows_per_second: count.nullable(),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    elapsed_ms: z.object({ scan: count, load: count, total: count }),
    changeset_id: z.int().nullable(),
    upload_expires_at: instant
      .nullable()
      .describe(
        "When the unfinished resumable upload, or the import that waits for an answer, expires; null in all other cases",
      ),
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
      .describe(
        "Version of this record, which increases with every change; also sent as the `id:` of server-sent events",
      ),
  })
  .meta({ id: "Import" });
export type Import = z.infer<typeof import_>;

/** An import in lists and streams, where values longer than 1 kB are omitted or truncated. */
export const listed_import = import_
  .extend({
    options: import_options.describe(
      "Options of the import. If the options are longer than 1 kB, `mapping` is omitted",
    ),
    columns: z.array(column).nullable().describe("Columns of the file; null if the list is longer than 1 kB"),
    dialect: dialect.nullable().describe("Format of the file. If the format is longer than 1 kB, `sheets` is omitted"),
    problem: problem_document.nullable().describe("Why the import failed; truncated if longer than 1 kB"),
  })
  .meta({ id: "ListedImport" });
export type ListedImport = z.infer<typeof listed_import>;

const not_found = { 404: problem_document };

export const create_import = endpoint({
  method: "POST",
  url: IMPORTS_URL,
  access: "importer",
  schema: {
    operationId: "create_import",
    summary: "Import a file",
    description:
      "Send the file as the raw body (with `?filename=`) or as the field `file` of a multipart form. The file is delimited text, an XLSX workbook, an HTML table or a Markdown table, and may be compressed or in a zip file. The server detects the format from the content. Send options as query parameters, or as form fields before the file.",
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

/** Options of an import as JSON, all of them optional. */
export const continue_options = import_options.partial().strict().refine(holdsStorable, NOT_STORABLE);

export const continue_import = endpoint({
  method: "POST",
  url: CONTINUE_IMPORT_URL,
  access: "importer",
  schema: {
    operationId: "continue_import",
    summary: "Answer the question of a held import and continue the import",
    description:
      "The body contains the options that answer the question. The import's `problem` names the option to answer with in `option` and lists possible values in `candidates`. Options that are not given stay unchanged. The file is scanned again. The server refuses an answer with which it cannot read the file, such as a column that the file lacks. The import then stays held. Columns that the answer chooses are remembered for files without a profile (`GET /api/column-choices`).",
    tags: ["imports"],
    params: id_params,
    body: continue_options,
    response: {
      202: import_,
      400: problem_document,
      409: problem_document,
      422: problem_document,
      507: problem_document,
      ...not_found,
    },
  },
});

export const preview_held_import = endpoint({
  method: "POST",
  url: PREVIEW_HELD_URL,
  access: "importer",
  schema: {
    operationId: "preview_held_import",
    summary: "Preview how a held import would continue with changed options",
    description:
      "The body contains the same options as `continue_import`. The server has kept the file, and reads its first rows. Nothing is stored.",
    tags: ["imports"],
    params: id_params,
    body: continue_options,
    response: {
      200: preview,
      400: problem_document,
      409: problem_document,
      422: problem_document,
      503: problem_document,
      507: problem_document,
      ...not_found,
    },
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
      "Sends the import in events of the type `import`, with the same fields as in `list_imports`: one event immediately, and then one after changes, at most five times a second. The `id:` of an event is the version of the import. The stream ends " +
      "when the import has ended. A client that reconnects with `Last-Event-ID` gets newer versions only.",
    tags: ["imports"],
    params: id_params,
    answer_type: "text/event-stream",
    response: { 200: z.string(), 400: problem_document, 429: problem_document, ...not_found },
  },
});
