// How an entry of the audit log is shown: its tone, its details, and where its subject is found.
import type { AuditAction, AuditEntry } from "../../contract/identity/audit.ts";

/** Actions that an administrator should notice. */
const ALARMING: ReadonlySet<AuditAction> = new Set([
  "sign-in-failed",
  "sign-in-blocked",
  "link-refused",
  "access-denied",
]);

export const actionTone = (action: AuditAction): string => (ALARMING.has(action) ? "text-error" : "text-highlighted");

/** The further facts of the entry, such as "role: editor". The names are those of the API. */
export const detailsOf = ({ detail }: AuditEntry): string[] =>
  Object.entries(detail).map(([name, value]) => `${name.replaceAll("_", " ")}: ${value}`);

/** Actions whose subject is a user or a key, both of which are on the users page. */
const OF_USERS: ReadonlySet<AuditAction> = new Set([
  "sessions-ended",
  "link-created",
  "user-created",
  "role-changed",
  "user-disabled",
  "user-enabled",
  "key-created",
  "key-revoked",
]);

/** The path of the page that shows the subject; undefined if there is none. */
export function subjectLink({ action, subject }: AuditEntry): string | undefined {
  if (subject === null) return undefined;
  const webhook = /^webhook (\d+)\b/.exec(subject)?.[1];
  if (webhook !== undefined) return `/webhooks/${webhook}`;
  return OF_USERS.has(action) || /^(?:user|key) /.test(subject) ? "/users" : undefined;
}
