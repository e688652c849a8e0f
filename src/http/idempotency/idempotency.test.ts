import { randomUUID } from "node:crypto";
import { folderStore } from "../../imports/file-stores/folder-store.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { until } from "../../../tests/support/until.ts";
import { claimKey, storeResponse, purgeKeys, releaseKey, renewLeases, type KeyedRequest } from "./store.ts";

const database = await createTestDatabase();
const { pool } = database;
const filesDir = await mkdtemp(join(tmpdir(), "skuport-idempotency-"));
afterAll(() => rm(filesDir, { recursive: true, force: true }));
const app = await createTestApp(database, { store: folderStore(filesDir, randomUUID()) });

beforeEach(() => pool.query("truncate products, product_history, changesets, imports, idempotency_keys cascade"));

async function post(key: string | undefined, payload: unknown, url = "/api/products") {
  const { statusCode, headers, body } = await app.inject({
    method: "POST",
    url,
    headers: {
      host: "localhost",
      "content-type": "application/json",
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    payload: JSON.stringify(payload),
  });
  return { status: statusCode, headers, body };
}

/** Sends the same POST 1,000 times concurrently. On a slow machine, a request may wait too long for the requests before it and get status
 * 503. It is then sent again, as a client would do. */
const postConcurrently = (key: string | undefined) =>
  Promise.all(
    Array.from({ length: 1000 }, async () => {
      let answer = await post(key, { sku: "a", name: "A" });
      while (answer.status === 503) answer = await post(key, { sku: "a", name: "A" });
      return answer;
    }),
  );

const count = async (table: string): Promise<number> =>
  (await pool.query<{ count: number }>(`select count(*)::int as count from ${table}`)).rows[0]?.count ?? -1;

describe("a repeated POST", () => {
  test("gets the first response: status, headers, body", async () => {
    const first = await post("k1", { sku: "a", name: "A" });
    await app.inject({
      method: "PATCH",
      url: "/api/products/a",
      headers: { host: "localhost", "content-type": "application/json" },
      payload: '{"name":"B"}',
    });
    const again = await post("k1", { sku: "a", name: "A" });
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    expect(again).toMatchObject({ status: 201, body: first.body, headers: { "idempotency-replayed": "true" } });
    for (const name of ["location", "etag", "content-type"]) expect(again.headers[name]).toBe(first.headers[name]);
    expect(await count("changesets")).toBe(2);
  });

  test("gets the same refusal again, even if the request would succeed now", async () => {
    await post(undefined, { sku: "a", name: "A" });
    const first = await post("k1", { sku: "A", name: "B" });
    await pool.query("delete from products");
    const again = await post("k1", { sku: "A", name: "B" });
    expect([first.status, again.status, again.body]).toEqual([409, 409, first.body]);
  });

  test("is executed if the first request was not executed", async () => {
    expect((await post("k1", { sku: "a" })).status).toBe(400);
    expect((await post("k1", { sku: "a", name: "A" })).status).toBe(201);
  });

  test.each([
    ["another body", { sku: "b", name: "B" }, "/api/products"],
    ["another address", { sku: "a", name: "A" }, "/api/products?reason=x"],
  ])("with %s is refused", async (_title, body, url) => {
    await post("k1", { sku: "a", name: "A" });
    const answer = await post("k1", body, url);
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.body)).toMatchObject({ type: "/problems/idempotency-key-reused" });
  });

  test.each(["", "x".repeat(256), "a b", "ä"])("with the key %j is refused", async (key) => {
    expect((await post(key, { sku: "a", name: "A" })).status).toBe(400);
  });

  test("1,000 concurrent requests with the same key create one product", async () => {
    const answers = await postConcurrently("k1");
    const statuses = new Map<number, number>();
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    expect([...statuses.keys()].filter((status) => status !== 201 && status !== 409)).toEqual([]);
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body)).size).toBe(1);
    for (const { body, status } of answers)
      if (status === 409) expect(JSON.parse(body)).toMatchObject({ type: "/problems/request-running" });
    expect([await count("products"), await count("changesets")]).toEqual([1, 1]);
    expect((await post("k1", { sku: "a", name: "A" })).status).toBe(201);
  });

  test("1,000 concurrent requests without a key also create one product, and 999 of them get a link to it", async () => {
    const answers = await postConcurrently(undefined);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(999);
    expect([await count("products"), await count("changesets")]).toEqual([1, 1]);
  });
});

describe("a key", () => {
  const claim = (token: string, fingerprint: string | null = "f"): KeyedRequest => ({
    actor: "local",
    key: "k",
    request: "POST /x",
    fingerprint,
    token: `00000000-0000-4000-8000-00000000000${token}`,
  });
  const response = { status: 201, headers: { etag: '"1"' }, body: "{}" };

  test("of a dead process is free after its lease, and a late response of that process is not stored", async () => {
    expect(await claimKey(pool, claim("1"))).toBe("ours");
    expect(await claimKey(pool, claim("2"))).toEqual({ request: "POST /x", fingerprint: "f", response: null });
    await pool.query("update idempotency_keys set lease_until = now() - interval '1 second'");
    expect(await claimKey(pool, claim("2"))).toBe("ours");
    await storeResponse(pool, claim("1"), { ...response, status: 500 });
    await releaseKey(pool, claim("1"));
    expect(await claimKey(pool, claim("3"))).toMatchObject({ response: null });
    await storeResponse(pool, claim("2"), response);
    expect(await claimKey(pool, claim("3"))).toEqual({ request: "POST /x", fingerprint: "f", response });
  });

  test("is leased while its process lives, and free again after 7 days", async () => {
    await claimKey(pool, claim("1"));
    await pool.query("update idempotency_keys set lease_until = now() + interval '1 second'");
    await renewLeases(pool, [claim("1").token]);
    const { rows } = await pool.query(
      "select lease_until > now() + interval '20 seconds' as renewed from idempotency_keys",
    );
    expect(rows).toEqual([{ renewed: true }]);
    await storeResponse(pool, claim("1"), response);
    expect(await purgeKeys(pool)).toBe(0);
    await pool.query("update idempotency_keys set created_at = now() - interval '8 days'");
    expect(await claimKey(pool, claim("2"))).toBe("ours");
    await pool.query("update idempotency_keys set created_at = now() - interval '8 days'");
    expect(await purgeKeys(pool)).toBe(1);
  });
});

test("a response that is too large is not stored, and the request is not executed again", async () => {
  const product = { sku: "a", name: "A", description: "d".repeat(1_000_000) };
  const first = await post("k1", product);
  expect(first.status).toBe(201);
  const again = await post("k1", product);
  expect([again.status, JSON.parse(again.body)]).toMatchObject([
    409,
    { type: "/problems/response-not-stored", link: "/api/products/a" },
  ]);
  expect(await count("changesets")).toBe(1);
});

test("the oldest keys are purged when stored responses take too many bytes", async () => {
  for (const [i, sku] of ["a", "b", "c", "d"].entries()) {
    await post(sku, { sku, name: "N" });
    await pool.query("update idempotency_keys set created_at = now() - make_interval(hours => $2) where key = $1", [
      sku,
      9 - i,
    ]);
  }
  const { rows } = await pool.query<{ bytes: number }>(
    "select max(pg_column_size(body)) as bytes from idempotency_keys",
  );
  expect(await purgeKeys(pool, 2 * Number(rows[0]?.bytes))).toBe(2);
  const left = await pool.query<{ key: string }>("select key from idempotency_keys order by key");
  expect(left.rows.map(({ key }) => key)).toEqual(["c", "d"]);
});

describe("a repeated file", () => {
  const CSV = "sku,name\na,A\nb,B\n";
  const send = async (key: string, payload: string | Buffer, type = "text/csv") => {
    const url = type.startsWith("multipart") ? "/api/imports" : "/api/imports?filename=x.csv";
    const headers = { host: "localhost", "content-type": type, "idempotency-key": key };
    const { statusCode, body } = await app.inject({ method: "POST", url, headers, payload });
    return { status: statusCode, body: JSON.parse(body) as { id?: number; type?: string; sha256?: string } };
  };
  const form = (boundary: string, csv: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="mode"\r\n\r\ncreate\r\n` +
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="x.csv"\r\ncontent-type: text/csv\r\n\r\n` +
    `${csv}\r\n--${boundary}--\r\n`;

  test("returns the first import", async () => {
    const first = await send("k", CSV);
    expect(first.status).toBe(201);
    expect(await send("k", CSV)).toEqual(first);
    expect((await send("k", CSV.replace("B", "C"))).status).toBe(422);
    expect(await count("imports")).toBe(1);
  });

  test("returns the first import even if it is sent as a form with another boundary", async () => {
    const big = `sku,name\n${Array.from({ length: 50_000 }, (_, i) => `sku-${i},name ${i}\n`).join("")}`;
    const first = await send("k", form("one", big), "multipart/form-data; boundary=one");
    expect(first.status).toBe(201);
    expect(await send("k", form("another", big), "multipart/form-data; boundary=another")).toEqual(first);
    const other = await send("k", form("one", big.replace("name 49999", "x")), "multipart/form-data; boundary=one");
    expect(other.status).toBe(422);
    expect(await count("imports")).toBe(1);
  });

  test("is refused while the first upload is arriving, and is accepted after an interrupted upload", async () => {
    const base = await app.listen({ host: "127.0.0.1", port: 0 });
    const url = `${base}/api/imports?filename=x.csv`;
    const headers = { "content-type": "text/csv", "idempotency-key": "k" };
    const stop = new AbortController();
    const half = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(CSV)) });
    const first = fetch(url, { method: "POST", headers, body: half, duplex: "half", signal: stop.signal });
    first.catch(() => undefined);
    await until(async () => (await count("idempotency_keys")) > 0);
    const second = await fetch(url, { method: "POST", headers, body: CSV });
    expect([second.status, second.headers.get("retry-after")]).toEqual([409, "1"]);
    stop.abort();
    await until(async () => (await count("idempotency_keys")) === 0);
    expect((await fetch(url, { method: "POST", headers, body: CSV })).status).toBe(201);
  });
});
