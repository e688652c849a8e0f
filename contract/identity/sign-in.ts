// Endpoints that start and end a session: password, link, sign-out.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { KEY_SCOPES, MAX_NAME_CHARACTERS, MAX_PASSWORD_CHARACTERS, ROLES } from "./identity-rules.ts";
import { problem_document } from "../problem-document.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

const instant = z.iso.datetime({ offset: true });
/** A password that a client sends. The schema refuses long texts, so that the server never computes the hash of a huge text. */
const password = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_CHARACTERS * 2);
const user_name = z.string().trim().min(1).max(MAX_NAME_CHARACTERS).refine(isStorable, NOT_STORABLE);
const code = z.string().trim().min(6).max(32);

export const LINK_KINDS = ["first", "invitation", "reset"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** Who sends the request, and what they may do. */
export const identity = z
  .object({
    user: z.string().describe("Name of the user"),
    actor: z.string().describe("Name that is recorded with every change: the user, or the user and the API key"),
    role: z.enum(ROLES),
    kind: z
      .enum(["session", "key", "local"])
      .describe("How the request is authenticated; `local` is the key in the data folder's file local.key"),
    scopes: z.array(z.enum(KEY_SCOPES)).nullable().describe("Scopes of the API key; null for a session"),
    signed_in_at: instant.nullable().describe("Last sign-in or confirmation of this session; null for a key"),
    has_password: z.boolean(),
    has_second_factor: z.boolean(),
    must_add_second_factor: z
      .boolean()
      .describe("Whether the user can do nothing else until an authenticator app is set up"),
    single_sign_on: z.boolean().describe("Whether the user signs in with single sign-on"),
  })
  .meta({ id: "Identity" });
export type Identity = z.infer<typeof identity>;

const refusals = {
  400: problem_document,
  401: problem_document,
  403: problem_document,
  429: problem_document,
};

export const get_sign_in_options = endpoint({
  method: "GET",
  url: "/api/sign-in-options",
  access: "public",
  scope: "none",
  schema: {
    operationId: "get_sign_in_options",
    summary: "Show how users can sign in",
    tags: ["sign-in"],
    response: {
      200: z.object({
        password: z.boolean().describe("Whether users can sign in with a password"),
        single_sign_on: z.string().nullable().describe("Name of the identity provider; null if there is none"),
      }),
    },
  },
});

export const sign_in = endpoint({
  method: "POST",
  url: "/api/session",
  access: "public",
  scope: "none",
  schema: {
    operationId: "sign_in",
    summary: "Sign in with a password",
    description:
      "Sets the session cookie. If the user has a second factor, the request needs `code`: the current code of the authenticator app, or a recovery code.",
    tags: ["sign-in"],
    body: z.object({ user: user_name, password, code: code.optional() }).strict(),
    response: { 200: identity, ...refusals },
  },
});

export const get_identity = endpoint({
  method: "GET",
  url: "/api/session",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "get_identity",
    summary: "Show who sends this request",
    tags: ["sign-in"],
    response: { 200: identity },
  },
});

export const sign_out = endpoint({
  method: "DELETE",
  url: "/api/session",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "sign_out",
    summary: "End this session",
    tags: ["sign-in"],
    response: { 204: z.null() },
  },
});

export const confirm_sign_in = endpoint({
  method: "POST",
  url: "/api/session/confirm",
  access: "viewer",
  scope: "session",
  schema: {
    operationId: "confirm_sign_in",
    summary: "Confirm who uses this session, before secrets are revealed or changed",
    tags: ["sign-in"],
    body: z.object({ password: password.optional(), code: code.optional() }).strict(),
    response: { 200: identity, ...refusals },
  },
});

const token = z.string().min(20).max(200);

export const look_at_link = endpoint({
  method: "POST",
  url: "/api/links/look",
  access: "public",
  scope: "none",
  schema: {
    operationId: "look_at_link",
    summary: "Show what a one-time link does, without using it",
    tags: ["sign-in"],
    body: z.object({ token }).strict(),
    response: {
      200: z.object({
        kind: z.enum(LINK_KINDS),
        user: z.string(),
        needs_password: z.boolean().describe("Whether the user must choose a password when using the link"),
        expires_at: instant,
      }),
      ...refusals,
      410: problem_document,
    },
  },
});

export const redeem_link = endpoint({
  method: "POST",
  url: "/api/links/redeem",
  access: "public",
  scope: "none",
  schema: {
    operationId: "redeem_link",
    summary: "Use a one-time link: sets the password, if the link needs one, and signs in",
    tags: ["sign-in"],
    body: z.object({ token, password: password.optional(), code: code.optional() }).strict(),
    response: { 200: identity, ...refusals, 410: problem_document, 422: problem_document },
  },
});
