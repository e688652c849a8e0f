// Tests how the server responds to requests that none of our clients sends.
import { beforeAll, expect, test } from "vitest";
import { createTestApp } from "../../tests/support/app.ts";
import { createTestDatabase } from "../../tests/support/database.ts";

const app = await createTestApp(await createTestDatabase());

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

const DEEP = [5000, 100_000].flatMap((depth) => [
  nested(depth, "[", "]"),
  `${nested(depth, '{"a":', "").slice(0, -1)}:1${"}".repeat(depth)}`,
]);

beforeAll(async () => {
  await app.inject({ method: "POST", url: "/api/products", payload: { sku: "a", name: "A" } });
  await app.inject({ method: "POST", url: "/api/webhooks", payload: { url: "https://example.org" } });
});

const ROUTES = [
  ["POST", "/api/products", (json: string) => `{"sku":"a","attributes":{"x":${json}}}`],
  ["PUT", "/api/products/a", (json: string) => json],
  ["PATCH", "/api/products/a", (json: string) => `{"attributes":${json}}`],
  ["POST", "/api/products/bulk", (json: string) => `{"action":"set","skus":["a"],"set":{"attributes":${json}}}`],
  ["POST", "/api/webhooks", (json: string) => `{"url":"https://example.org","headers":${json}}`],
  ["PATCH", "/api/webhooks/1", (json: string) => `{"headers":${json}}`],
  ["POST", "/api/webhooks/1/test", (json: string) => `{"type":"ping","data":{"a":${json}}}`],
  ["POST", "/api/webhooks", (json: string) => json],
] as const;

test.each(ROUTES)("%s %s refuses JSON nested thousands deep", async (method, url, bodyWith) => {
  for (const json of DEEP) {
    const headers = { "content-type": "application/json" };
    const answer = await app.inject({ method, url, headers, payload: bodyWith(json) });
    expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([
      400,
      expect.stringContaining("/problems/invalid-request"),
    ]);
    expect(answer.body.length).toBeLessThan(2000);
  }
});

const NAMES = ["constructor", "__proto__", "prototype", "toString", "hasOwnProperty"];
const VALUES: unknown[] = [null, 1, "x", [], {}, { prototype: null }, { prototype: { a: 1 } }, { constructor: null }];

test("names of built-in object members can be used like any other name", async () => {
  for (const [method, url, bodyWith] of ROUTES)
    for (const name of NAMES)
      for (const value of VALUES) {
        const payload = bodyWith(`{"${name}":${JSON.stringify(value)}}`);
        const answer = await app.inject({ method, url, headers: { "content-type": "application/json" }, payload });
        expect(answer.statusCode, `${method} ${url} ${payload}: ${answer.body}`).toBeLessThan(500);
      }
});

test.each(["POST", "PATCH"] as const)(
  "null, which keeps the stored value of a header, is refused for a header without a stored value (%s)",
  async (method) => {
    const url = method === "POST" ? "/api/webhooks" : "/api/webhooks/1";
    for (const name of ["constructor", "toString", "x-new"]) {
      const payload = { ...(method === "POST" ? { url: "https://example.org" } : {}), headers: { [name]: null } };
      const answer = await app.inject({ method, url, payload });
      expect(answer.statusCode, name).toBe(400);
      expect(answer.json()).toMatchObject({ errors: [{ pointer: `/body/headers/${name}` }] });
    }
  },
);

test("(14.3.2) responses under /api, including problems, must not be cached; other responses may be", async () => {
  for (const url of ["/api/products", "/api/products/a", "/api/nothing", "/api/imports/x", "/api/webhooks/1/reveal"])
    expect([url, (await app.inject({ method: "GET", url })).headers["cache-control"]]).toEqual([url, "no-store"]);
  const { headers } = await app.inject({ method: "GET", url: "/api/products" });
  const again = { "if-none-match": String(headers.etag) };
  expect((await app.inject({ method: "GET", url: "/api/products", headers: again })).statusCode).toBe(304);
  expect((await app.inject({ method: "GET", url: "/health/live" })).headers["cache-control"]).toBeUndefined();
});

test("the response to a POST with an idempotency key is stored", async () => {
  const request = {
    method: "POST",
    url: "/api/products",
    headers: { "idempotency-key": "once" },
    payload: { sku: "k", name: "K" },
  } as const;
  expect((await app.inject(request)).statusCode).toBe(201);
  expect((await app.inject(request)).headers["idempotency-replayed"]).toBe("true");
});

test("the documentation pages and their redirects work", async () => {
  for (const url of [
    "/docs",
    "/docs/",
    "/docs/static/index.html",
    "/docs/static/index.html?a=1",
    "/docs/static/index%2Ehtml",
  ]) {
    let at = url;
    for (let hops = 0; hops < 3; hops++) {
      const answer = await app.inject({ method: "GET", url: at });
      if (answer.statusCode < 300 || answer.statusCode >= 400) break;
      at = new URL(String(answer.headers.location), `http://localhost${at}`).pathname;
    }
    expect([url, at, (await app.inject({ method: "GET", url: at })).statusCode]).toEqual([url, at, 200]);
  }
});
