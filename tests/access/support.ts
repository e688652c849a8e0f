// Operations of the API, and credentials of every kind, for the tests of access.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { newKey } from "../../src/identity/keys/key-text.ts";
import { newToken } from "../../src/identity/tokens.ts";
import { KEY_SCOPES, ROLES, SCOPES_OF_ROLE, type Role } from "../../contract/identity/identity-rules.ts";
import { cookieOf, createTestKey, createTestSession, createTestUser } from "../support/identity/users.ts";

interface OperationObject {
  operationId: string;
  tags: string[];
  "x-access": Role | "public";
  "x-scope": string;
  responses: Record<string, { content?: Record<string, unknown> }>;
}

export interface Operation extends OperationObject {
  method: string;
  /** A URL whose parameters are values for which nothing exists, such as an unknown id. */
  url: string;
  is_stream: boolean;
}

const document = JSON.parse(await readFile(join(import.meta.dirname, "../../openapi.json"), "utf8")) as {
  paths: Record<string, Record<string, OperationObject>>;
};

/** All operations of openapi.json. */
export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    ...operation,
    method: method.toUpperCase(),
    url: urlOf(path),
    is_stream: operation.responses["200"]?.content?.["text/event-stream"] !== undefined,
  })),
);

function urlOf(path: string): string {
  const values: Record<string, string> = { upload_id: "00000000-0000-4000-8000-000000000000", id: "999999" };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "999999");
}

export type Headers = Record<string, string>;

export interface Sender {
  name: string;
  role: Role;
  /** Scopes of the key; null = a session. */
  scopes: readonly string[] | null;
  /** @param isNew whether to use a new key, because the request ends it */
  headers: (isNew?: boolean) => Promise<Headers>;
}

/** Creates a user of each role, and returns their sessions and keys with each scope. Each call of `headers` of a session starts a new
 * session, because some operations end it. */
export async function createSenders(pool: pg.Pool, port: number): Promise<Sender[]> {
  const senders: Sender[] = [];
  for (const role of ROLES) {
    await createTestUser(pool, `${role} of the matrix`, role);
    const user = `${role} of the matrix`;
    senders.push({
      name: `a session of a user with the role ${role}`,
      role,
      scopes: null,
      headers: async () => cookieOf(await createTestSession(pool, user), port),
    });
    for (const scopes of [...KEY_SCOPES.map((scope) => [scope]), KEY_SCOPES]) {
      const create = async (): Promise<Headers> => ({
        authorization: `Bearer ${await createTestKey(pool, user, { scopes })}`,
      });
      const kept = await create();
      const name = `a key with the scopes ${scopes.join(", ")} of a user with the role ${role}`;
      senders.push({ name, role, scopes, headers: (isNew) => (isNew ? create() : Promise.resolve(kept)) });
    }
  }
  return senders;
}

/** Returns headers with credentials that are not valid, by name. */
export async function createInvalid(pool: pg.Pool, port: number): Promise<[name: string, headers: Headers][]> {
  await createTestUser(pool, "disabled", "admin");
  await createTestUser(pool, "enabled", "admin");
  const session = async (user: string): Promise<string> => createTestSession(pool, user);
  const key = async (user: string): Promise<string> => createTestKey(pool, user, { scopes: SCOPES_OF_ROLE.admin });
  const [idle, old, valid] = [await session("enabled"), await session("enabled"), await session("enabled")];
  const [expired, revoked, validKey] = [await key("enabled"), await key("enabled"), await key("enabled")];
  const ofDisabled = { session: await session("disabled"), key: await key("disabled") };
  const ended = await session("enabled");
  await change(pool, "sessions", "token_hash", idle, "last_used_at = now() - interval '8 hours 1 second'");
  await change(pool, "sessions", "token_hash", old, "expires_at = now() - interval '1 second'");
  await change(pool, "sessions", "token_hash", ended, "token_hash = sha256('another')");
  await change(pool, "api_keys", "key_hash", expired, "expires_at = now() - interval '1 second'");
  await change(pool, "api_keys", "key_hash", revoked, "revoked_at = now()");
  await pool.query("update users set disabled_at = now() where name = 'disabled'");
  const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
  return [
    ["no credential", { authorization: "" }],
    ["a session that was idle for 8 hours", cookieOf(idle, port)],
    ["a session that is older than 30 days", cookieOf(old, port)],
    ["a session that has ended", cookieOf(ended, port)],
    ["a session of a disabled user", cookieOf(ofDisabled.session, port)],
    ["a random session", cookieOf(newToken(), port)],
    ["the session of another port", cookieOf(valid, port + 1)],
    ["a session as a bearer token", bearer(valid)],
    ["an expired key", bearer(expired)],
    ["a revoked key", bearer(revoked)],
    ["a key of a disabled user", bearer(ofDisabled.key)],
    ["a random key", bearer(newKey())],
    ["a key as a cookie", cookieOf(validKey, port)],
    ["a key without a scheme", { authorization: validKey }],
    ["a key in the scheme Basic", { authorization: `Basic ${Buffer.from(`${validKey}:`).toString("base64")}` }],
    ["an invalid key and a valid session", { ...cookieOf(valid, port), ...bearer(revoked) }],
  ];
}

async function change(pool: pg.Pool, table: string, column: string, token: string, set: string): Promise<void> {
  const { rowCount } = await pool.query(`update ${table} set ${set} where ${column} = sha256($1::text::bytea)`, [
    token,
  ]);
  if (rowCount !== 1) throw new Error(`${String(rowCount)} rows of ${table} were changed`);
}
