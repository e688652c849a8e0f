// With a full dump of the database, no one can sign in (ASVS 11.4.1, 7.2.3 and 13.3.1): no stored value, in any usual encoding, is a
// cookie, a key or a link.
import type { InjectOptions } from "fastify";
import { expect, test } from "vitest";
import { createLink } from "../../src/identity/links/links.ts";
import { beginSecondFactor } from "../../src/identity/second-factor/second-factor.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestKey, createTestSession, createTestUser } from "../support/identity/users.ts";
import { webhookContext } from "../support/webhook-app.ts";

const database = await createTestDatabase();
const { pool } = database;
const webhooks = webhookContext();
const app = await createTestApp(database, { webhooks });
const PASSWORD = "an unusual pass phrase";

const id = await createTestUser(pool, "Ada", "admin", PASSWORD);
const token = await createTestSession(pool, "Ada");
const key = await createTestKey(pool, "Ada");
const link = (await createLink(pool, { kind: "first", user_id: id, created_by: "test" })).token;
await beginSecondFactor(pool, webhooks, { id, name: "Ada" });
await app.inject({ method: "POST", url: "/api/webhooks", payload: { url: "http://127.0.0.1:9/" } });
await app.inject({
  method: "POST",
  url: "/api/keys",
  headers: { "idempotency-key": "stored?" },
  payload: { name: "another", scopes: ["read"] },
});
await app.inject({
  method: "POST",
  url: "/api/session",
  headers: { authorization: "", "idempotency-key": "stored?" },
  payload: { user: "Ada", password: PASSWORD },
});

/** Returns every value of every column with text or bytes, also those in arrays and JSON. */
async function readDump(): Promise<(string | Buffer)[]> {
  const { rows: columns } = await pool.query<{ name: string; column: string; type: string }>(
    `select format('%I.%I', table_schema, table_name) as name, quote_ident(column_name) as column, data_type as type
     from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  const found = new Map<string, string | Buffer>();
  for (const { name, column, type } of columns) {
    const { rows } = await pool.query<{ value: unknown }>(
      `select distinct on (${column}::text) ${column} as value from ${name} where ${column} is not null order by ${column}::text limit 1000`,
    );
    for (const { value } of rows) for (const part of partsOf(value, type)) found.set(String(part), part);
  }
  return [...found.values()];
}

function partsOf(value: unknown, type: string): (string | Buffer)[] {
  if (typeof value === "string" || Buffer.isBuffer(value)) return [value];
  if (Array.isArray(value)) return value.flatMap((item) => partsOf(item, type));
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap((item) => partsOf(item, type));
  return [];
}

/** Returns the texts that an attacker who knows the value could try as a secret. */
function guessesOf(value: string | Buffer): string[] {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  const texts = [
    bytes.toString("latin1"),
    ...(["hex", "base64", "base64url"] as const).map((form) => bytes.toString(form)),
  ];
  return texts
    .flatMap((text) => [text, `sku_${text}`, `sku_local_${text}`])
    .filter((text) => text.length < 4000 && /^[\x21-\x7e]+$/.test(text));
}

let address = 0;
/** Tries the text as a session cookie, as an API key and as the token of a link. Returns those that the server accepts.
 * Each text is sent from another address, so that the limit of failures per address refuses none. */
async function accepts(text: string): Promise<string[]> {
  const from = {
    "x-forwarded-for": `10.${String((++address >> 16) & 255)}.${String((address >> 8) & 255)}.${String(address & 255)}`,
  };
  const ways: [string, InjectOptions][] = [
    ["cookie", { url: "/api/session", headers: { ...from, ...cookieOf(text) } }],
    ["key", { url: "/api/session", headers: { ...from, authorization: `Bearer ${text}` } }],
    [
      "link",
      { method: "POST", url: "/api/links/look", headers: { ...from, authorization: "" }, payload: { token: text } },
    ],
  ];
  const accepted: string[] = [];
  for (const [way, request] of ways) if ((await app.inject(request)).statusCode === 200) accepted.push(way);
  return accepted;
}

test("the secrets themselves are accepted, so the other test can fail", async () => {
  expect([await accepts(token), await accepts(key), await accepts(link)]).toEqual([["cookie"], ["key"], ["link"]]);
});

test("(7.2.3, 11.4.1) no stored value is accepted", async () => {
  const dump = await readDump();
  expect(dump.length).toBeGreaterThan(50);
  expect(dump.some((value) => String(value).startsWith("$argon2id$v=19$m=19456,t=2,p=1$"))).toBe(true);
  const secrets = [token, key, key.slice(4), link, PASSWORD];
  for (const value of dump) {
    for (const secret of secrets) expect(value.toString().includes(secret)).toBe(false);
    for (const guess of guessesOf(value)) expect(await accepts(guess), guess).toEqual([]);
  }
});

test("(6.2.10) not even a fast hash of a password is stored, such as the fingerprint of an idempotent request", async () => {
  const { rows } = await pool.query("select key from idempotency_keys");
  expect(rows).toEqual([]);
});
