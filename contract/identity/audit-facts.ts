// Further facts of an entry of the audit log: values and codes, which the page words in its language. Does not import zod, because commands
// load it too.
import type { Role } from "./identity-rules.ts";
import type { MailResult } from "./mail.ts";
import type { LinkKind } from "./sign-in.ts";

/** How a user signed in, or which part of the server made the change. */
export const AUDIT_METHODS = ["password", "password-app", "password-recovery", "link", "single-sign-on"] as const;

/** Why a sign-in failed. `code`, `password`: it was wrong. `confirmation`: a signed-in user gave a wrong password or code. */
export const AUDIT_REASONS = [
  "no-such-user",
  "disabled",
  "no-password",
  "password",
  "code",
  "confirmation",
  "without-role",
  "provider",
] as const;

export interface AuditFacts {
  by?: (typeof AUDIT_METHODS)[number];
  reason?: (typeof AUDIT_REASONS)[number];
  /** What the identity provider reported, in English. */
  report?: string;
  /** Identifier of the user at the identity provider. */
  subject?: string;
  /** Kind of a one-time link. */
  kind?: LinkKind;
  removes?: "second-factor";
  /** Whether the link was sent by e-mail. The address is not recorded. */
  mail?: MailResult;
  role?: Role;
  /** Earlier and new role. */
  from?: Role;
  to?: Role;
  /** Number of sessions. */
  ended?: string;
  /** Number of keys; for a restore, their names. */
  revoked?: string;
  /** Scopes of a key, and the days for which it is valid. */
  scopes?: string;
  days?: string;
  /** Slug of the problem with which a request was refused. */
  problem?: string;
  /** `created`, `deleted`, or the names of the changed settings of a webhook. */
  change?: string;
  url?: string;
  /** Format of an export. */
  format?: string;
  /** Name of the file of a backup, and the time when a restored backup was made. */
  file?: string;
  made_at?: string;
  /** Names of users that keep the role, the password and the state that they had before a restore. */
  kept?: string;
  /** Names of users and API keys whose access a restore has reset to that of the backup. */
  reset?: string;
}
