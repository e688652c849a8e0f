// SQL of idempotency keys: leases of running requests, and stored responses.
import type { Queryable } from "../../db/connection/connect.ts";

/** Number of days for which a response is stored. */
const KEEP_DAYS = 7;
/** Duration of the lease of a running request. The process that executes the request renews the lease every LEASE_RENEWAL_MS. */
const LEASE_SECONDS = 30;
export const LEASE_RENEWAL_MS = 10_000;

export interface KeyedRequest {
  /** The user or API key that sends the request. A stored response is never sent to another one. */
  actor: string;
  key: string;
  /** Method and URL of the request. */
  request: string;
  /** Hash of the body; null until a streamed body has arrived. */
  fingerprint: string | null;
  token: string;
}

export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  /** null = the response was too large to be stored. */
  body: string | null;
}

/** The first request with a key; `response` is null while the request is running. */
export interface EarlierRequest {
  request: string;
  fingerprint: string | null;
  response: StoredResponse | null;
}

/** @returns "ours" if the caller must execute the request, else the first request that was sent with this key */
export async function claimKey(db: Queryable, claim: KeyedRequest): Promise<"ours" | EarlierRequest> {
  const { actor, key, request, fingerprint, token } = claim;
  for (;;) {
    // An expired lease belongs to a dead process. A key older than a week counts as purged.
    const { rowCount } = await db.query(
      `insert into idempotency_keys as k (actor, key, request, fingerprint, token, lease_until)
       values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
       on conflict (actor, key) do update
       set request = excluded.request, fingerprint = excluded.fingerprint, token = excluded.token,
           lease_until = excluded.lease_until, created_at = now(), status = null, headers = null, body = null
       where (k.status is null and k.lease_until < now()) or k.created_at < now() - make_interval(days => $7)`,
      [actor, key, request, fingerprint, token, LEASE_SECONDS, KEEP_DAYS],
    );
    if (rowCount === 1) return "ours";
    // If the database's clock was set back after the lease began, the lease ends too late: shorten it. Do not end the lease,
    // because the process that holds it may be alive and renew it.
    await db.query(
      `update idempotency_keys set lease_until = now() + make_interval(secs => $3)
       where actor = $1 and key = $2 and status is null and lease_until > now() + make_interval(secs => 2 * $3)`,
      [actor, key, LEASE_SECONDS],
    );
    const { rows } = await db.query<
      Omit<StoredResponse, "status"> & Omit<EarlierRequest, "response"> & { status: number | null }
    >("select request, fingerprint, status, headers, body from idempotency_keys where actor = $1 and key = $2", [
      actor,
      key,
    ]);
    const row = rows[0];
    // The key was released in the meantime: claim it again.
    if (row === undefined) continue;
    const { status, headers, body } = row;
    const response = status === null ? null : { status, headers, body };
    return { request: row.request, fingerprint: row.fingerprint, response };
  }
}

/** Stores the response for repeated requests, unless another process has claimed the key in the meantime. */
export async function storeResponse(
  db: Queryable,
  { actor, key, token, fingerprint }: KeyedRequest,
  { status, headers, body }: StoredResponse,
): Promise<void> {
  await db.query(
    `update idempotency_keys set fingerprint = $4, status = $5, headers = $6, body = $7
     where actor = $1 and key = $2 and token = $3`,
    [actor, key, token, fingerprint, status, JSON.stringify(headers), body],
  );
}

/** Deletes the key of a request that was not executed, so that the key can be used again. */
export async function releaseKey(db: Queryable, { actor, key, token }: KeyedRequest): Promise<void> {
  await db.query("delete from idempotency_keys where actor = $1 and key = $2 and token = $3", [actor, key, token]);
}

export async function renewLeases(db: Queryable, tokens: readonly string[]): Promise<void> {
  await db.query(
    `update idempotency_keys set lease_until = now() + make_interval(secs => $2)
     where token = any($1::uuid[]) and status is null`,
    [tokens, LEASE_SECONDS],
  );
}

/** Number of rows deleted per statement. */
const PURGED_AT_ONCE = 5000;

/** Maximum total size of all stored responses in bytes, as PostgreSQL stores them. If it is exceeded, the oldest responses are
 * deleted. */
const MAX_TOTAL_BYTES = 1 << 30;

/** Deletes keys that are older than a week. Then deletes the oldest keys with a stored response until the responses take at
 * most `maxBytes`.
 * @returns the number of deleted keys */
export async function purgeKeys(db: Queryable, maxBytes = MAX_TOTAL_BYTES): Promise<number> {
  const old = "select actor, key from idempotency_keys where created_at < now() - make_interval(days => $1) limit $2";
  const excess = `
    select actor, key from (
      select actor, key, status, sum(pg_column_size(body)) over (order by created_at desc, actor, key) as bytes
      from idempotency_keys
    ) k where bytes > $1 and status is not null order by bytes desc limit $2`;
  return (await purge(db, old, KEEP_DAYS)) + (await purge(db, excess, maxBytes));
}

async function purge(db: Queryable, selection: string, bound: number): Promise<number> {
  for (let purged = 0; ;) {
    const { rowCount } = await db.query(`delete from idempotency_keys where (actor, key) in (${selection})`, [
      bound,
      PURGED_AT_ONCE,
    ]);
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < PURGED_AT_ONCE) return purged;
  }
}
