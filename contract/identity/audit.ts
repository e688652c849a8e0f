// The audit log: who signed in, and who changed users, keys and secrets.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { pageOf, pageQuery, since, until } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

export const AUDIT_ACTIONS = [
  "signed-in",
  "sign-in-failed",
  "sign-in-blocked",
  "signed-out",
  "sign-in-confirmed",
  "sessions-ended",
  "link-created",
  "link-mailed",
  "link-used",
  "link-refused",
  "password-changed",
  "second-factor-added",
  "second-factor-removed",
  "recovery-code-used",
  "recovery-codes-renewed",
  "user-created",
  "role-changed",
  "user-disabled",
  "user-enabled",
  "key-created",
  "key-revoked",
  "secret-revealed",
  "secret-rotated",
  "webhook-changed",
  "catalogue-exported",
  "access-denied",
  "backup-made",
  "backup-restored",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const audit_entry = z
  .object({
    id: z.int(),
    at: z.iso.datetime({ offset: true }),
    action: z.enum(AUDIT_ACTIONS),
    actor: z.string().describe("Who did it; for a failed sign-in, the user name that was entered, if it exists"),
    subject: z.string().nullable().describe("Whom or what it concerned, such as a user, a key or a webhook"),
    detail: z
      .record(z.string(), z.string())
      .describe("Further facts as values and codes, such as the old and the new role"),
    address: z.string().nullable().describe("Network address of the client; null for a command on the server"),
    request_id: z.string().nullable(),
  })
  .meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof audit_entry>;

export const list_audit = endpoint({
  method: "GET",
  url: "/api/audit",
  access: "admin",
  scope: "manage",
  schema: {
    operationId: "list_audit",
    summary: "List the audit log, newest first",
    tags: ["audit"],
    querystring: z
      .object({
        action: z.enum(AUDIT_ACTIONS).optional(),
        actor: z.string().min(1).max(255).refine(isStorable, NOT_STORABLE).optional(),
        since,
        until,
        ...pageQuery({ limit: 100, max: 500 }),
      })
      .strict(),
    response: { 200: pageOf(audit_entry), 400: problem_document },
  },
});
