// Endpoints of users, for administrators.
import { z } from "zod";
import { isOtherActor } from "../actor.ts";
import { endpoint } from "../endpoint.ts";
import { MAX_NAME_CHARACTERS, ROLES } from "./identity-rules.ts";
import { mail_request, mail_result } from "./mail.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

const instant = z.iso.datetime({ offset: true });
/** Control and format characters: they could make a name look like another one in lists and in the audit log. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export const user_name = z
  .string()
  .trim()
  .min(1)
  .max(MAX_NAME_CHARACTERS)
  .refine(isStorable, NOT_STORABLE)
  .refine((name) => !HIDDEN.test(name), "The name contains a line break or a character that is not visible. Remove it.")
  .refine((name) => !isOtherActor(name), "Skuport itself uses this name in the audit log. Choose another name.")
  .describe("Name of the user, compared without case");

export const user_record = z
  .object({
    id: z.int(),
    name: z.string(),
    role: z.enum(ROLES),
    disabled_at: instant.nullable(),
    created_at: instant,
    last_sign_in_at: instant.nullable(),
    has_password: z.boolean(),
    has_second_factor: z.boolean(),
    single_sign_on: z.boolean().describe("Whether the user signs in with single sign-on"),
    invited: z.boolean().describe("Whether an invitation or reset link of the user is still valid"),
    sessions: z.int().min(0).describe("Number of open sessions"),
    keys: z.int().min(0).describe("Number of valid API keys"),
  })
  .meta({ id: "User" });
export type UserRecord = z.infer<typeof user_record>;

const one_time_link = z
  .object({
    url: z.string().describe("The link, whose secret only this response shows"),
    expires_at: instant,
    mail: mail_result,
  })
  .meta({ id: "OneTimeLink" });
export type OneTimeLink = z.infer<typeof one_time_link>;

const id_params = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
const refusals = { 400: problem_document, 403: problem_document };

export const list_users = endpoint({
  method: "GET",
  url: "/api/users",
  access: "admin",
  scope: "session",
  schema: {
    operationId: "list_users",
    summary: "List users by name",
    tags: ["users"],
    querystring: z.object(pageQuery({ limit: 100, max: 500 })).strict(),
    response: { 200: pageOf(user_record), 400: problem_document },
  },
});

export const create_user = endpoint({
  method: "POST",
  url: "/api/users",
  access: "admin",
  scope: "session",
  schema: {
    operationId: "create_user",
    summary: "Create a user, with a link that invites them",
    description: "Refused if passwords are switched off: the first single sign-on of a user creates the user.",
    tags: ["users"],
    body: z.object({ name: user_name, role: z.enum(ROLES), mail: mail_request.optional() }).strict(),
    response: {
      201: z.object({ user: user_record, link: one_time_link }),
      ...refusals,
      409: problem_document,
    },
  },
});

export const patch_user = endpoint({
  method: "PATCH",
  url: "/api/users/:id",
  access: "admin",
  scope: "session",
  schema: {
    operationId: "patch_user",
    summary: "Change a user's role, or disable or enable the user",
    description:
      "Ends all sessions, uploads, exports and streams of the user within 30 seconds. A disabled user's API keys are not valid. The last enabled administrator cannot be changed.",
    tags: ["users"],
    params: id_params,
    body: z
      .object({ role: z.enum(ROLES).optional(), disabled: z.boolean().optional() })
      .strict()
      .refine((body) => Object.keys(body).length > 0, "Give at least one of role and disabled."),
    response: { 200: user_record, ...refusals, 404: problem_document, 409: problem_document },
  },
});

export const create_reset_link = endpoint({
  method: "POST",
  url: "/api/users/:id/link",
  access: "admin",
  scope: "session",
  schema: {
    operationId: "create_reset_link",
    summary: "Create a link with which the user chooses a new password; earlier links of the user become invalid",
    tags: ["users"],
    params: id_params,
    body: z
      .object({ remove_second_factor: z.boolean().default(false), mail: mail_request.optional() })
      .strict()
      .default({ remove_second_factor: false }),
    response: { 201: one_time_link, ...refusals, 404: problem_document, 409: problem_document },
  },
});

export const end_user_sessions = endpoint({
  method: "DELETE",
  url: "/api/users/:id/sessions",
  access: "admin",
  scope: "session",
  schema: {
    operationId: "end_user_sessions",
    summary: "End all sessions of a user",
    tags: ["users"],
    params: id_params,
    response: { 200: z.object({ ended: z.int().min(0) }), ...refusals, 404: problem_document },
  },
});
