// Endpoints of API keys: users see their own keys, administrators see all.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { KEY_DAYS, KEY_SCOPES, MAX_KEY_DAYS, MAX_NAME_CHARACTERS } from "./identity-rules.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

const instant = z.iso.datetime({ offset: true });

export const key_record = z
  .object({
    id: z.int(),
    name: z.string(),
    user: z.string().describe("Name of the user to whom the key belongs"),
    prefix: z.string().describe("Beginning of the key"),
    last_four: z.string().describe("Last four characters of the key"),
    scopes: z.array(z.enum(KEY_SCOPES)),
    created_at: instant,
    expires_at: instant,
    last_used_at: instant.nullable().describe("When the key was last used, to within a minute"),
    revoked_at: instant.nullable(),
    valid: z.boolean().describe("Whether the key can be used now"),
  })
  .meta({ id: "ApiKey" });
export type KeyRecord = z.infer<typeof key_record>;

export const list_keys = endpoint({
  method: "GET",
  url: "/api/keys",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "list_keys",
    summary: "List your API keys, newest first",
    tags: ["keys"],
    querystring: z
      .object({
        all: z.stringbool().default(false).describe("Also keys of other users; needs the role `admin`"),
        ...pageQuery({ limit: 100, max: 500 }),
      })
      .strict(),
    response: { 200: pageOf(key_record), 400: problem_document, 403: problem_document },
  },
});

export const create_key = endpoint({
  method: "POST",
  url: "/api/keys",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "create_key",
    summary: "Create an API key; the key itself is shown only in this response",
    tags: ["keys"],
    body: z
      .object({
        name: z.string().trim().min(1).max(MAX_NAME_CHARACTERS).refine(isStorable, NOT_STORABLE),
        scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length),
        days: z.int().min(1).max(MAX_KEY_DAYS).default(KEY_DAYS).describe("Days until the key expires"),
      })
      .strict(),
    response: {
      201: z.object({ key: z.string().describe("The key, which only this response shows"), record: key_record }),
      400: problem_document,
      403: problem_document,
      409: problem_document,
    },
  },
});

export const revoke_key = endpoint({
  method: "DELETE",
  url: "/api/keys/:id",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "revoke_key",
    summary: "Revoke one of your API keys; administrators can revoke every key",
    description: "A key of another user is reported as not found, except to administrators.",
    tags: ["keys"],
    params: z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    response: { 204: z.null(), 400: problem_document, 404: problem_document },
  },
});

export const revoke_current_key = endpoint({
  method: "DELETE",
  url: "/api/keys/current",
  access: "viewer",
  scope: "key",
  schema: {
    operationId: "revoke_current_key",
    summary: "Revoke the API key with which the request is sent",
    tags: ["keys"],
    response: { 204: z.null(), 403: problem_document },
  },
});
