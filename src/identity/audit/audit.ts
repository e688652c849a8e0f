// The audit log: who signed in, and who changed users, keys and secrets. Rows are only inserted, and deleted when their retention ends.
import type { Queryable } from "../../db/connection/connect.ts";
import { cutText } from "../../../contract/faults.ts";
import type { AuditFacts } from "../../../contract/identity/audit-facts.ts";
import type { AuditAction, AuditEntry } from "../../../contract/identity/audit.ts";

export interface NewAuditEntry {
  action: AuditAction;
  actor: string;
  /** The object of the action, such as a user, a key or a webhook. */
  subject?: string;
  /** Further facts. Never a password, a key, a token or a code. */
  detail?: AuditFacts;
  address?: string;
  request_id?: string;
}

/** Maximum length of a text in an entry, so that a request cannot fill the log. */
const MAX_CHARACTERS = 500;

/** Adds an entry. Call it in the transaction of the change, so that no change happens without its entry. */
export async function recordAudit(db: Queryable, entry: NewAuditEntry): Promise<void> {
  const { action, actor, subject, detail = {}, address, request_id } = entry;
  const facts = Object.entries(detail as Record<string, string>).map(([name, text]) => [name, storable(text)]);
  await db.query(
    "insert into audit_log (action, actor, subject, detail, address, request_id) values ($1, $2, $3, $4, $5, $6)",
    [
      action,
      storable(actor),
      subject === undefined ? null : storable(subject),
      JSON.stringify(Object.fromEntries(facts)),
      address ?? null,
      request_id ?? null,
    ],
  );
}

/** Returns the text without characters that PostgreSQL cannot store. */
const storable = (text: string): string => cutText(text, MAX_CHARACTERS).replaceAll("\0", "").toWellFormed();

export interface AuditFilter {
  action?: AuditAction | undefined;
  actor?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Lists entries, newest first. */
export async function listAudit(
  db: Queryable,
  { action, actor, since, until }: AuditFilter,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<AuditEntry[]> {
  const { rows } = await db.query<AuditEntry>(
    `select id, at, action, actor, subject, detail, address, request_id from audit_log
     where ($1::bigint is null or id < $1) and ($2::text is null or action = $2) and ($3::text is null or actor = $3)
       and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
     order by id desc limit $6`,
    [before ?? null, action ?? null, actor ?? null, since ?? null, until ?? null, limit],
  );
  return rows;
}
