// The wire of uploads that may be cut and go on: tus 1.0 (https://tus.io/protocols/resumable-upload) with the extensions creation,
// expiration and termination. Every upload is an import from its first byte on; its file comes in parts.
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
const no_content = z.null().describe("Nothing but headers");
const refusals = {
  400: problem_document,
  404: problem_document,
  410: problem_document,
  412: problem_document,
};

export const describe_uploads = endpoint({
  method: "OPTIONS",
  url: "/api/uploads",
  access: "public",
  schema: {
    operationId: "describe_uploads",
    summary: "Say which tus versions and extensions are spoken, and how large a file may be",
    tags: ["uploads"],
    response: { 204: no_content },
  },
});

export const create_upload = endpoint({
  method: "POST",
  url: "/api/uploads",
  access: "importer",
  schema: {
    operationId: "create_upload",
    summary: "Begin an import whose file comes in parts (tus 1.0)",
    description:
      "`Upload-Metadata` holds `filename` and the options of an import, each name followed by its value in Base64: " +
      "`filename c3VwcGxpZXIuY3N2,mode Y3JlYXRl`. `Location` is where the parts go; the import exists from now on and is " +
      "`paused` while nothing comes.",
    tags: ["uploads"],
    headers: z.looseObject({
      ...tus,
      "upload-length": bytes.describe("Bytes of the file"),
      "upload-metadata": z.string().max(8000).optional(),
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
  schema: {
    operationId: "read_upload",
    summary: "Say how much of the file is there (`Upload-Offset`)",
    description: "A part that is under way ends here: who asks wants to send from there on.",
    tags: ["uploads"],
    params: upload_params,
    headers: z.looseObject(tus),
    response: { 204: no_content, ...refusals },
  },
});

export const append_upload = endpoint({
  method: "PATCH",
  url: "/api/uploads/:upload_id",
  access: "importer",
  schema: {
    operationId: "append_upload",
    summary: "Send the file from `Upload-Offset` on, as much as gets through",
    description: "With the last byte the import goes on as one that `POST /api/imports` has received.",
    tags: ["uploads"],
    params: upload_params,
    headers: z.looseObject({ ...tus, "upload-offset": bytes.describe("Byte of the file at which the body begins") }),
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
  schema: {
    operationId: "discard_upload",
    summary: "Give an unfinished upload up; its import is cancelled and what came of the file removed",
    tags: ["uploads"],
    params: upload_params,
    headers: z.looseObject(tus),
    response: { 204: no_content, ...refusals, 409: problem_document },
  },
});
