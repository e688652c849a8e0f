// Endpoints of imports: create, watch, cancel.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { FILE_TYPES } from "./file-types.ts";
import { id_params } from "./id-params.ts";
import {
  CANCEL_IMPORT_URL,
  CONTINUE_IMPORT_URL,
  IMPORT_URL,
  IMPORTS_URL,
  PREVIEW_HELD_URL,
  WATCH_IMPORT_URL,
} from "./import-names.ts";
import { import_, listed_import } from "./import-record.ts";
import { file_name, import_options, import_query } from "./options.ts";
import { preview } from "./preview.ts";
import { problem_document } from "../problem-document.ts";
import { holdsStorable, NOT_STORABLE } from "../stored-text.ts";

export { ENCODINGS, isTerminal, type ImportState } from "./import-names.ts";
export * from "./dialect.ts";
export * from "./import-record.ts";
export * from "./options.ts";
export * from "./preview.ts";
export * from "./rejects.ts";

const not_found = { 404: problem_document };

export const create_import = endpoint({
  method: "POST",
  url: IMPORTS_URL,
  access: "importer",
  scope: "import",
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
  scope: "read",
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
  scope: "read",
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
  scope: "import",
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
  scope: "import",
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
  scope: "import",
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
  scope: "read",
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
