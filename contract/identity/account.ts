// Endpoints of a user's own account: password, second factor, sessions.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { MAX_PASSWORD_CHARACTERS } from "./identity-rules.ts";
import { problem_document } from "../problem-document.ts";

const instant = z.iso.datetime({ offset: true });
const password = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_CHARACTERS * 2);
const code = z.string().trim().min(6).max(32);
const refusals = {
  400: problem_document,
  401: problem_document,
  403: problem_document,
  429: problem_document,
};

export const change_password = endpoint({
  method: "PUT",
  url: "/api/account/password",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "change_password",
    summary: "Change your password",
    description: "Ends all other sessions of the user. `old` may only be omitted if the user has no password yet.",
    tags: ["account"],
    body: z.object({ old: password.optional(), new: password }).strict(),
    response: { 204: z.null(), ...refusals, 422: problem_document },
  },
});

const recovery_codes = z.object({
  recovery_codes: z
    .array(z.string())
    .describe("Each recovery code signs the user in once. Only this response shows the codes"),
});

export const get_second_factor = endpoint({
  method: "GET",
  url: "/api/account/second-factor",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "get_second_factor",
    summary: "Show whether an authenticator app is active, and how many recovery codes are left",
    tags: ["account"],
    response: {
      200: z.object({
        active: z.boolean(),
        recovery_codes_left: z.int().min(0).nullable().describe("Null without an authenticator app"),
      }),
    },
  },
});

export const begin_second_factor = endpoint({
  method: "POST",
  url: "/api/account/second-factor",
  access: "viewer",
  scope: "session",
  recent_sign_in: true,
  schema: {
    operationId: "begin_second_factor",
    summary: "Create a secret for an authenticator app; the app becomes active when a code confirms it",
    tags: ["account"],
    response: {
      200: z.object({
        secret: z.string().describe("The secret in Base32"),
        uri: z.string().describe("The otpauth:// URI for a QR code"),
      }),
      ...refusals,
    },
  },
});

export const confirm_second_factor = endpoint({
  method: "PUT",
  url: "/api/account/second-factor",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "confirm_second_factor",
    summary: "Activate the authenticator app with its current code",
    tags: ["account"],
    body: z.object({ code }).strict(),
    response: {
      200: recovery_codes,
      ...refusals,
    },
  },
});

export const renew_recovery_codes = endpoint({
  method: "POST",
  url: "/api/account/second-factor/recovery-codes",
  access: "viewer",
  scope: "session",
  recent_sign_in: true,
  schema: {
    operationId: "renew_recovery_codes",
    summary: "Create new recovery codes; the earlier ones become invalid",
    tags: ["account"],
    response: { 200: recovery_codes, ...refusals, 404: problem_document },
  },
});

export const remove_second_factor = endpoint({
  method: "POST",
  url: "/api/account/second-factor/remove",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "remove_second_factor",
    summary: "Remove the authenticator app",
    tags: ["account"],
    body: z.object({ password: password.optional(), code }).strict(),
    response: { 204: z.null(), ...refusals, 404: problem_document },
  },
});

export const session_record = z
  .object({
    id: z.int(),
    created_at: instant,
    last_used_at: instant,
    expires_at: instant.describe("When the session ends even if it is used"),
    address: z.string().describe("Address from which the session was last used"),
    agent: z.string().describe("Header `User-Agent` of the sign-in"),
    current: z.boolean().describe("Whether this is the session of the request"),
  })
  .meta({ id: "Session" });
export type SessionRecord = z.infer<typeof session_record>;

export const list_sessions = endpoint({
  method: "GET",
  url: "/api/account/sessions",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "list_sessions",
    summary: "List your sessions, last used first",
    tags: ["account"],
    response: { 200: z.object({ items: z.array(session_record) }) },
  },
});

export const end_session = endpoint({
  method: "DELETE",
  url: "/api/account/sessions/:id",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "end_session",
    summary: "End one of your sessions",
    tags: ["account"],
    params: z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    response: { 204: z.null(), 400: problem_document, 404: problem_document },
  },
});

export const end_other_sessions = endpoint({
  method: "DELETE",
  url: "/api/account/sessions",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "end_other_sessions",
    summary: "End all your sessions except this one",
    tags: ["account"],
    response: { 200: z.object({ ended: z.int().min(0) }) },
  },
});
