// Tests who may add a password to an account that has none.
import { describe, expect, test } from "vitest";
import { networkOf } from "../../src/http/network/network.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { createTestSession, createTestUser } from "../support/identity/users.ts";

const database = await createTestDatabase();
const { pool } = database;
const network = networkOf({ public_urls: ["https://shop.example"], trust_proxy: ["127.0.0.1"] });
const app = await createTestApp(database, { network });
const NEW = "an unusual pass phrase";

async function addPassword(user: string) {
  const headers = {
    cookie: `__Host-skuport=${await createTestSession(pool, user)}`,
    host: "shop.example",
    "x-forwarded-proto": "https",
    "sec-fetch-site": "same-origin",
  };
  return (signedInAt = "now()") =>
    pool
      .query(`update sessions set signed_in_at = ${signedInAt}`)
      .then(() => app.inject({ method: "PUT", url: "/api/account/password", headers, payload: { new: NEW } }));
}

const hasPassword = async (user: string): Promise<boolean> => {
  const { rows } = await pool.query<{ has: boolean }>(
    "select password_hash is not null as has from users where name = $1",
    [user],
  );
  return rows[0]?.has === true;
};

describe("a user without a password", () => {
  test("(7.5.1) adds the first one only within 15 minutes of a sign-in, if other computers can reach the server", async () => {
    await createTestUser(pool, "Ada", "viewer");
    const add = await addPassword("Ada");
    expect((await add("now() - interval '16 minutes'")).json()).toMatchObject({
      type: "/problems/recent-sign-in-required",
    });
    expect(await hasPassword("Ada")).toBe(false);
    expect((await add()).statusCode).toBe(204);
    expect(await hasPassword("Ada")).toBe(true);
  });

  test("(6.1.3) adds none if the identity provider decides who may sign in", async () => {
    await createTestUser(pool, "Bob", "viewer");
    await pool.query("update users set issuer = 'https://login.example', subject = 'bob' where name = 'Bob'");
    const add = await addPassword("Bob");
    expect((await add()).json()).toMatchObject({ type: "/problems/not-permitted", status: 403 });
    expect(await hasPassword("Bob")).toBe(false);
  });
});
