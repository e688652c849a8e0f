// Tests rules of HTTP that every route follows: bodies, HEAD, 304, Location.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestApp } from "../../tests/support/app.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { productPath } from "../../contract/catalog/product-path.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";

const app = await createTestApp(await createTestDatabase());
await app.inject({ method: "POST", url: "/api/products", payload: { sku: "a", name: "A" } });
await app.inject({ method: "POST", url: "/api/webhooks", payload: { url: "https://example.org" } });

const json = { "content-type": "application/json" };

test.each([
  ["POST", "/api/products", "application/json", '{"sku":"b","name":"?"}'],
  ["PATCH", "/api/products/a", "application/merge-patch+json", '{"name":"?"}'],
  ["POST", "/api/products/bulk", "application/json", '{"action":"set","filter":{},"set":{"name":"?"}}'],
  ["PATCH", "/api/webhooks/1", "application/json", '{"description":"?"}'],
] as const)("%s %s refuses a body that is not valid UTF-8", async (method, url, type, text) => {
  const [before = "", after = ""] = text.split("?");
  const payload = Buffer.concat([Buffer.from(before), Buffer.from([0xc3, 0x28]), Buffer.from(after)]);
  const answer = await app.inject({ method, url, headers: { "content-type": type }, payload });
  expect([answer.statusCode, answer.json<ProblemDocument>().detail]).toEqual([
    400,
    expect.stringContaining("not valid UTF-8"),
  ]);
});

test.each([
  ["/api/imports/999/cancel", 404],
  ["/api/operations/999/cancel", 404],
  ["/api/changesets/1/undo?preview=true", 200],
  ["/api/deliveries/999/retry", 404],
  ["/api/webhooks/1/rotate", 200],
  ["/api/webhooks/1/reveal", 200],
  ["/api/products", 400],
])("POST %s with a JSON content type and an empty body is treated as a POST without a body", async (url, status) => {
  const typed = await app.inject({ method: "POST", url, headers: json });
  const plain = await app.inject({ method: "POST", url });
  expect([url, typed.statusCode, plain.statusCode, typed.body]).toEqual([url, status, status, expect.anything()]);
});

test.each(["/api/products/%ff", "/api/products/%", "/%ff"])("GET %s returns a problem document", async (url) => {
  const answer = await app.inject({ method: "GET", url });
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([400, "application/problem+json; charset=utf-8"]);
  expect(answer.json()).toMatchObject({ type: "/problems/invalid-request", status: 400 });
});

test.each([
  ["POST", "/api/products", ["application/json"]],
  ["PATCH", "/api/products/a", ["application/merge-patch+json", "application/json"]],
  ["POST", "/api/webhooks", ["application/json"]],
  ["POST", "/api/imports", ["text/csv", "application/gzip", "multipart/form-data"]],
  ["POST", "/api/imports/preview", ["text/csv", "application/octet-stream"]],
] as const)("the 415 response of %s %s names the accepted media types", async (method, url, types) => {
  const answer = await app.inject({ method, url, headers: { "content-type": "image/png" }, payload: "x" });
  expect(answer.statusCode).toBe(415);
  for (const type of types) expect(answer.json<ProblemDocument>().detail).toContain(type);
  expect(answer.json<ProblemDocument>().detail).toContain("image/png");
});

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>;
}
const openapi = JSON.parse(await readFile(join(import.meta.dirname, "../../openapi.json"), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
const isStream = ({ responses }: Operation): boolean => "text/event-stream" in (responses["200"]?.content ?? {});

test("HEAD works wherever GET does", async () => {
  const paths = Object.entries(openapi.paths).flatMap(([path, { get }]) =>
    get === undefined || isStream(get) ? [] : [path.replace("{sku}", "a").replace(/\{\w+\}/g, "1")],
  );
  expect(paths.length).toBeGreaterThan(20);
  const query = (path: string): string => (path.endsWith("/facets") ? "?attribute=Brand" : "");
  for (const path of [...paths, "/", "/products", "/docs/", "/openapi.json", "/metrics", "/no-such.txt"]) {
    const url = `${path}${query(path)}`;
    const get = await app.inject({ method: "GET", url });
    const head = await app.inject({ method: "HEAD", url });
    expect([url, head.statusCode, head.body]).toEqual([url, get.statusCode, ""]);
    expect([url, head.headers["content-type"]]).toEqual([url, get.headers["content-type"]]);
  }
});

test.each(["/api/products/a", "/api/products"])("a 304 of %s has no body and no length", async (url) => {
  const { headers } = await app.inject({ method: "GET", url });
  const answer = await app.inject({ method: "GET", url, headers: { "if-none-match": String(headers["etag"]) } });
  expect([answer.statusCode, answer.body]).toEqual([304, ""]);
  expect(answer.headers).not.toHaveProperty("content-length");
  expect(answer.headers).not.toHaveProperty("content-type");
  expect(answer.headers["etag"]).toBe(headers["etag"]);
});

const RESERVED = Object.keys(openapi.paths).flatMap((path) => /^\/api\/products\/(\w+)$/.exec(path)?.[1] ?? []);

test("productPath knows every word that follows /api/products/ in the URL of a route", () => {
  expect(RESERVED.sort()).toEqual(["attributes", "bulk", "export", "facets", "positions"]);
  for (const word of RESERVED) expect(productPath(word)).not.toBe(`/api/products/${word}`);
});

test.each(RESERVED)("Location and link of a product whose SKU is %j lead to it", async (sku) => {
  const payload = { sku, name: "N" };
  const created = await app.inject({ method: "POST", url: "/api/products", payload });
  expect(created.statusCode).toBe(201);
  const found = await app.inject({ method: "GET", url: String(created.headers["location"]) });
  expect([found.statusCode, found.json()]).toMatchObject([200, { sku, name: "N" }]);
  const again = await app.inject({ method: "POST", url: "/api/products", payload });
  expect([again.statusCode, again.json()]).toMatchObject([409, { link: created.headers["location"] }]);
});
