// Creates users, sessions and API keys for tests, directly in the database.
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { newKey } from "../../../src/identity/keys/key-text.ts";
import { insertKey } from "../../../src/identity/keys/store.ts";
import { hashPassword } from "../../../src/identity/passwords/hash.ts";
import { startSession } from "../../../src/identity/sessions/start-session.ts";
import { findUserByName, insertUser, setPassword } from "../../../src/identity/users/store.ts";
import { SCOPES_OF_ROLE, type KeyScope, type Role } from "../../../contract/identity/identity-rules.ts";

/** Creates a user.
 * @returns the id */
export async function createTestUser(pool: pg.Pool, name: string, role: Role, password?: string): Promise<number> {
  const id = await insertUser(pool, name, role);
  if (id === undefined) throw new Error(`There is already a user ${name}`);
  if (password !== undefined) await setPassword(pool, id, await hashPassword(password));
  return id;
}

/** Starts a session of a user.
 * @returns its token */
export async function createTestSession(pool: pg.Pool, user: string): Promise<string> {
  const { id } = (await findUserByName(pool, user)) ?? { id: 0 };
  return startSession(pool, id, { address: "127.0.0.1", agent: "test", request_id: "test", earlier_token: undefined });
}

/** Returns the header with the session's cookie, as a page of the server sends it by `inject`. */
export const cookieOf = (token: string, port = 80): { cookie: string; "sec-fetch-site": string } => ({
  cookie: `skuport-${port.toString()}=${token}`,
  "sec-fetch-site": "same-origin",
});

/** Creates an API key of a user.
 * @returns the key */
export async function createTestKey(
  pool: pg.Pool,
  user: string,
  { scopes, days = 90 }: { scopes?: readonly KeyScope[]; days?: number } = {},
): Promise<string> {
  const found = await findUserByName(pool, user);
  if (found === undefined) throw new Error(`There is no user ${user}`);
  const key = newKey();
  const name = `of ${user}`;
  await insertKey(pool, { user_id: found.id, name, key, scopes: scopes ?? SCOPES_OF_ROLE[found.role], days });
  return key;
}

/** Sends requests with the session of a user. */
export async function signedInAs(app: FastifyInstance, pool: pg.Pool, user: string) {
  const headers = cookieOf(await createTestSession(pool, user));
  return (method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", url: string, payload?: object) =>
    app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
}
