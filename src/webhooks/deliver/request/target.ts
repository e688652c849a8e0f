// Reads the target of a webhook, which a sender needs: URL, headers, keys and limits.
import type { Queryable } from "../../../db/connection/connect.ts";
import type { Keyring } from "../../../secrets/keyring.ts";
import { BREAKER_FAILURES } from "../retry-schedule.ts";
import { openHeaders, openSecret } from "../../secrets.ts";
import { keyOf } from "./sign.ts";

export interface Target {
  url: URL;
  keys: Buffer[];
  headers: Record<string, string>;
  max_parallel: number;
  max_per_second: number | null;
  /** Whether only one delivery is sent at a time, because too many have failed. */
  is_probed: boolean;
}

interface Row {
  url: string;
  headers_sealed: string | null;
  secrets: string[] | null;
  max_parallel: number;
  max_per_second: number | null;
  consecutive_failures: number;
}

/** Reads the target of a webhook. Returns undefined if the webhook is disabled, paused or deleted. */
export async function readTarget(db: Queryable, keys: Keyring, webhookId: number): Promise<Target | undefined> {
  const row = await readRow(db, webhookId, false);
  return row === undefined ? undefined : toTarget(row, keys, webhookId);
}

/** Returns the target for a test event, which is sent even if the webhook is disabled or paused. */
export async function readTestTarget(db: Queryable, keys: Keyring, webhookId: number): Promise<Target | undefined> {
  const row = await readRow(db, webhookId, true);
  return row === undefined ? undefined : toTarget(row, keys, webhookId);
}

async function readRow(db: Queryable, webhookId: number, isTest: boolean): Promise<Row | undefined> {
  const { rows } = await db.query<Row>(
    `select w.url, w.headers_sealed, w.max_parallel, w.max_per_second, w.consecutive_failures,
            (select array_agg(s.sealed order by s.id desc) from webhook_secrets s
             where s.webhook_id = w.id and (s.expires_at is null or s.expires_at > now())) as secrets
     from webhooks w
     where w.id = $1 and w.deleted_at is null
       and ($2 or (w.enabled and (w.paused_until is null or w.paused_until <= now())))`,
    [webhookId, isTest],
  );
  return rows[0];
}

function toTarget(row: Row, keys: Keyring, webhookId: number): Target {
  const { url, headers_sealed, secrets, max_parallel, max_per_second, consecutive_failures } = row;
  return {
    url: new URL(url),
    keys: (secrets ?? []).map((sealed) => keyOf(openSecret(keys, webhookId, sealed))),
    headers: openHeaders(keys, webhookId, headers_sealed),
    max_parallel,
    max_per_second,
    is_probed: consecutive_failures >= BREAKER_FAILURES,
  };
}
