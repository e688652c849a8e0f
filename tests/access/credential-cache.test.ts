// Tests the cache of credentials: it saves queries, and it is never wrong for long.
import { describe, expect, test, vi } from "vitest";
import { createCredentialCache } from "../../src/http/access/credential-cache.ts";
import type { Credential } from "../../src/identity/credentials/store.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestKey, createTestSession } from "../support/identity/users.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);

test("a request whose credential is in the cache causes no query", async () => {
  const credentials = [
    cookieOf(await createTestSession(pool, "admin")),
    { authorization: `Bearer ${await createTestKey(pool, "admin")}` },
    {},
  ];
  for (const headers of credentials) {
    const ask = async (): Promise<void> => {
      expect((await app.inject({ url: "/api/session", headers })).statusCode).toBe(200);
    };
    await ask();
    const queries = vi.spyOn(pool, "query");
    const connections = vi.spyOn(pool, "connect");
    for (let i = 0; i < 20; i++) await ask();
    expect([queries.mock.calls, connections.mock.calls]).toEqual([[], []]);
    queries.mockRestore();
    connections.mockRestore();
  }
});

describe("an entry", () => {
  const credential = { kind: "session", id: 1 } as Credential;
  let time = 0;
  const create = () => createCredentialCache(() => time);

  test("is used for 5 seconds", async () => {
    const cache = create();
    const read = vi.fn(() => Promise.resolve(credential));
    await cache.get("a", read);
    time += 4999;
    await cache.get("a", read);
    expect(read).toHaveBeenCalledTimes(1);
    time += 1;
    await cache.get("a", read);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test("is shared by requests at the same time, and not used after a change", async () => {
    const cache = create();
    const read = vi.fn(() => Promise.resolve(credential));
    await Promise.all([cache.get("a", read), cache.get("a", read), cache.get("b", read)]);
    expect(read).toHaveBeenCalledTimes(2);
    cache.clear();
    await cache.get("a", read);
    expect(read).toHaveBeenCalledTimes(3);
  });

  test("is not kept for a credential that is not valid, nor after an error", async () => {
    const cache = create();
    const unknown = vi.fn(() => Promise.resolve(undefined));
    for (let i = 0; i < 2; i++) expect(await cache.get("x", unknown)).toBeUndefined();
    expect(unknown).toHaveBeenCalledTimes(2);
    const fails = vi.fn(() => Promise.reject(new Error("down")));
    for (let i = 0; i < 2; i++) await expect(cache.get("y", fails)).rejects.toThrow("down");
    expect(fails).toHaveBeenCalledTimes(2);
  });

  test("is dropped when there are more than 10,000: the oldest first", async () => {
    const cache = create();
    const read = vi.fn(() => Promise.resolve(credential));
    for (let i = 0; i <= 10_000; i++) await cache.get(String(i), read);
    read.mockClear();
    await cache.get("10000", read);
    expect(read).toHaveBeenCalledTimes(0);
    await cache.get("0", read);
    expect(read).toHaveBeenCalledTimes(1);
  });
});
