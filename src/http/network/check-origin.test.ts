// Tests which requests of browsers are refused and accepted, for every method.
import { expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createTestKey } from "../../../tests/support/identity/users.ts";

const database = await createTestDatabase();
const app = await createTestApp(database);
const authorization = `Bearer ${await createTestKey(database.pool, "admin")}`;
const HOST = "127.0.0.1:8000";
const NAVIGATE = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const FETCH = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };

type Headers = Record<string, string>;

async function statusOf(method: "GET" | "POST" | "HEAD" | "OPTIONS", headers: Headers, url: string): Promise<number> {
  const payload = method === "POST" ? { payload: { sku: "a" } } : {};
  return (await app.inject({ method, url, headers: { host: HOST, authorization, ...headers }, ...payload })).statusCode;
}

const REFUSED: [string, Headers][] = [
  ["a fetch of another site", { "sec-fetch-site": "cross-site", ...FETCH }],
  ["a fetch of another port", { "sec-fetch-site": "same-site", ...FETCH }],
  ["an unknown Sec-Fetch-Site", { "sec-fetch-site": "cross-origin" }],
  ["an empty Sec-Fetch-Site", { "sec-fetch-site": "" }],
  ["two values of Sec-Fetch-Site", { "sec-fetch-site": "same-origin, cross-site" }],
  ["a frame", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }],
  ["an image", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
  ["another Origin", { origin: "https://evil.example" }],
  ["another port's Origin", { origin: "http://127.0.0.1:9000" }],
  ["the Origin null", { origin: "null" }],
  ["an Origin that is not a URL", { origin: "127.0.0.1:8000" }],
  [
    "another Origin with the Sec-Fetch-Site same-origin",
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
  ],
  ["a navigation with another Origin", { origin: "https://evil.example", "sec-fetch-site": "cross-site", ...NAVIGATE }],
  ["another host", { host: "evil.example" }],
  [
    "another host with its own name as the forwarded host",
    { host: "evil.example", "x-forwarded-host": "evil.example" },
  ],
  ["an Origin other than the proxy's", { origin: "https://evil.example", "x-forwarded-host": "shop.example" }],
  ["a list of forwarded hosts", { origin: "https://a.example", "x-forwarded-host": "a.example, shop.example" }],
];

test.each(REFUSED)("%s is refused for every method", async (_name, headers) => {
  for (const method of ["GET", "HEAD", "OPTIONS", "POST"] as const)
    for (const url of ["/api/products", "/api/events", "/"])
      expect([method, url, await statusOf(method, headers, url)]).toEqual([method, url, 403]);
});

const SERVED: [string, Headers][] = [
  ["a program", {}],
  ["our page", { "sec-fetch-site": "same-origin", ...FETCH, origin: `http://${HOST}` }],
  [
    "our page by another name",
    { host: "LOCALHOST:8000", "sec-fetch-site": "same-origin", origin: "http://localhost:8000" },
  ],
  [
    "our page behind a reverse proxy",
    { "sec-fetch-site": "same-origin", origin: "https://shop.example:8443", "x-forwarded-host": "shop.example:8443" },
  ],
  ["a URL that the user typed", { "sec-fetch-site": "none", ...NAVIGATE }],
];

test.each(SERVED)("%s is accepted", async (_name, headers) => {
  expect(await statusOf("GET", headers, "/api/products")).toBe(200);
  expect(await statusOf("POST", headers, "/api/products")).not.toBe(403);
});

test("a link on another site may open a page, but a form on another site is refused", async () => {
  const headers = { "sec-fetch-site": "cross-site", ...NAVIGATE };
  expect(await statusOf("GET", headers, "/api/products")).toBe(200);
  expect(await statusOf("HEAD", headers, "/api/products")).toBe(200);
  expect(await statusOf("POST", headers, "/api/products")).toBe(403);
});
