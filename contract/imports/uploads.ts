// Resumable uploads: tus 1.0 (https://tus.io/protocols/resumable-upload) with the extensions creation, expiration and
// termination. Creating an upload also creates the import; the client then sends the file in parts.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { import_ } from "./imports.ts";
import { problem_document } from "../problem-document.ts";

export const TUS_VERSION = "1.0.0";
export const TUS_EXTENSIONS = ["creation", "expiration", "termination"];
export const PART_TYPE = "application/offset+octet-stream";

const tus = { "tus-resumable": z.literal(TUS_VERSION) };
const bytes = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const upload_params = z.object({ upload_id: z.uuid() });
const no_content = z.null().describe("The response has no body");
const refusals = {
  400: problem_document,
  404: problem_document,
  410: problem_document,
  412: problem_document,
};

export const describe_uploads = endpoint({
  method: "OPTIONS",
  url: "/api/uploads",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "describe_uploads",
    summary: "Show the supported tus version and extensions, and the maximum file size",
    tags: ["uploads"],
    response: { 204: no_content },
  },
});

/** Maximum length of the header `Upload-Metadata`. All headers of a request together have at most 16 kB. */
const MAX_METADATA = 8000;

export const create_upload = endpoint({
  method: "POST",
  url: "/api/uploads",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "create_upload",
    summary: "Create an import with a resumable upload (tus 1.0)",
    description:
      "`Upload-Metadata` contains `filename` and the import options, each name followed by its Base64-encoded " +
      "value: `filename c3VwcGxpZXIuY3N2,mode Y3JlYXRl`. Send the parts of the file to the URL in `Location`. " +
      "This request creates the import, which is `paused` whenever no part is arriving. " +
      "For other users, except administrators, the URL in `Location` does not exist.",
    tags: ["uploads"],
    headers: z.looseObject({
      ...tus,
      "upload-length": bytes.describe("Size of the file in bytes"),
      "upload-metadata": z
        .string()
        .max(
          MAX_METADATA,
          `Upload-Metadata is longer than ${MAX_METADATA} characters. Store a long mapping as a profile and name the profile, or send the file with the mapping as a form (multipart/form-data) to POST /api/imports`,
        )
        .optional(),
    }),
    response: {
      201: import_,
      400: problem_document,
      412: problem_document,
      413: problem_document,
      422: problem_document,
      429: problem_document,
      507: problem_document,
    },
  },
});

export const read_upload = endpoint({
  method: "HEAD",
  url: "/api/uploads/:upload_id",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "read_upload",
    summary: "Show the number of bytes received (`Upload-Offset`)",
    description:
      "If a part is still arriving, the server stops receiving this part, because the client will continue from the returned offset.",
    tags: ["uploads"],
    params: upload_params,
    headers: z.looseObject(tus),
    response: { 204: no_content, ...refusals, 409: problem_document },
  },
});

export const append_upload = endpoint({
  method: "PATCH",
  url: "/api/uploads/:upload_id",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "append_upload",
    summary: "Send a part of the file, starting at `Upload-Offset`",
    description: "After the last byte, the import continues like an import that was created by `POST /api/imports`.",
    tags: ["uploads"],
    params: upload_params,
    headers: z.looseObject({
      ...tus,
      "upload-offset": bytes.describe("Position of the body's first byte in the file"),
    }),
    file_body: { types: [PART_TYPE] },
    response: {
      204: no_content,
      ...refusals,
      409: problem_document,
      413: problem_document,
      507: problem_document,
    },
  },
});

export const discard_upload = endpoint({
  method: "DELETE",
  url: "/api/uploads/:upload_id",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "discard_upload",
    summary: "Discard an unfinished upload: cancel its import and delete the received bytes",
    tags: ["uploads"],
    params: upload_params,
    headers: z.looseObject(tus),
    response: { 204: no_content, ...refusals, 409: problem_document },
  },
});
