// Tests that an upload in parts belongs to the user that has begun it.
import { expect, test } from "vitest";
import { createTestApp } from "../../../../tests/support/app.ts";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext } from "../../../../tests/support/import-file.ts";
import {
  cookieOf,
  createTestKey,
  createTestSession,
  createTestUser,
} from "../../../../tests/support/identity/users.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database, await createImportContext(pool));
for (const name of ["Ada", "Bob"]) await createTestUser(pool, name, "importer");
await createTestUser(pool, "Root", "admin");

type Headers = Record<string, string>;
const keyOf = async (user: string): Promise<Headers> => ({
  authorization: `Bearer ${await createTestKey(pool, user)}`,
});
const sessionOf = async (user: string): Promise<Headers> => cookieOf(await createTestSession(pool, user));

const BYTES = "sku,name\nA-1,One\n";
const tus = { "tus-resumable": "1.0.0" };

async function begin(headers: Headers): Promise<string> {
  const length = String(BYTES.length);
  const made = await app.inject({
    method: "POST",
    url: "/api/uploads",
    headers: { ...headers, ...tus, "upload-length": length },
  });
  expect(made.statusCode).toBe(201);
  return String(made.headers.location);
}
const read = (url: string, headers: Headers) => app.inject({ method: "HEAD", url, headers: { ...headers, ...tus } });
const append = (url: string, headers: Headers, offset: number, payload: string) =>
  app.inject({
    method: "PATCH",
    url,
    headers: { ...headers, ...tus, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" },
    payload,
  });
const discard = (url: string, headers: Headers) =>
  app.inject({ method: "DELETE", url, headers: { ...headers, ...tus } });

test("(8.2.2) another user can neither read nor continue nor discard an upload, and learns nothing about it", async () => {
  const url = await begin(await keyOf("Ada"));
  const unknown = `/api/uploads/${crypto.randomUUID()}`;
  for (const bob of [await keyOf("Bob"), await sessionOf("Bob")]) {
    expect((await read(url, bob)).statusCode).toBe(404);
    const refused = await append(url, bob, 0, "x");
    expect(refused.statusCode).toBe(404);
    // The response has the same problem as the response for an upload that does not exist. Only the request in it differs.
    const { detail, type } = (await append(unknown, bob, 0, "x")).json<{ detail: string; type: string }>();
    expect(refused.json()).toMatchObject({ detail, type });
    expect((await discard(url, bob)).statusCode).toBe(404);
  }
  expect((await read(url, await keyOf("Ada"))).headers["upload-offset"]).toBe("0");
});

test("its user continues it with any session and any key", async () => {
  const url = await begin(await keyOf("Ada"));
  expect((await append(url, await sessionOf("Ada"), 0, BYTES.slice(0, 9))).statusCode).toBe(204);
  expect((await read(url, await sessionOf("Ada"))).headers["upload-offset"]).toBe("9");
  expect((await append(url, await keyOf("Ada"), 9, BYTES.slice(9))).headers["upload-offset"]).toBe(
    String(BYTES.length),
  );
});

test("an administrator can discard it; if no user is recorded, only an administrator can", async () => {
  const ada = await keyOf("Ada");
  const url = await begin(ada);
  await pool.query("update imports set upload_user_id = null where file = $1", [url.split("/").at(-1)]);
  expect((await read(url, ada)).statusCode).toBe(404);
  expect((await discard(url, await sessionOf("Root"))).statusCode).toBe(204);
  expect((await read(url, await sessionOf("Root"))).statusCode).toBe(410);
});
