// Pins the security headers of all kinds of responses.
import { expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { networkOf } from "./network.ts";

const network = networkOf({ public_urls: ["https://shop.example"], trust_proxy: ["10.1.2.3"] });
const database = await createTestDatabase();
const app = await createTestApp(database, { network });
const local = await createTestApp(database);
await app.ready();

const TLS = { host: "shop.example", "x-forwarded-proto": "https" };
const REMOTE = { remoteAddress: "10.1.2.3" };
/** Pages, API, documentation, missing resources and refusals. */
const URLS = [
  "/",
  "/sign-in",
  "/api/products",
  "/api/none",
  "/openapi.json",
  "/docs/",
  "/metrics",
  "/health/live",
  "/assets/none.js",
];

const directives = (policy: unknown): Record<string, string> =>
  Object.fromEntries(
    String(policy)
      .split(";")
      .map((directive) => directive.split(/ (.*)/s).slice(0, 2) as [string, string]),
  );

test("(3.4.1) every response over TLS asks browsers to use TLS only, for a year and with subdomains", async () => {
  for (const url of [...URLS, "/%ff"])
    for (const headers of [TLS, { ...TLS, origin: "https://evil.example" }, { ...TLS, host: "evil.example" }]) {
      const answer = await app.inject({ url, headers, ...REMOTE });
      expect([url, answer.headers["strict-transport-security"]]).toEqual([url, "max-age=31536000; includeSubDomains"]);
    }
});

test("without TLS, no response contains Strict-Transport-Security", async () => {
  for (const url of URLS) {
    expect((await local.inject({ url })).headers).not.toHaveProperty("strict-transport-security");
    const forged = await app.inject({ url, headers: TLS, remoteAddress: "192.0.2.7" });
    expect(forged.headers).not.toHaveProperty("strict-transport-security");
  }
});

test("(3.4.2, 3.5.2) no response allows another origin to read it, and a preflight is refused", async () => {
  for (const url of URLS) {
    const asked = await app.inject({ url, headers: { ...TLS, origin: "https://evil.example" }, ...REMOTE });
    const preflight = await app.inject({
      method: "OPTIONS",
      url,
      headers: { ...TLS, origin: "https://evil.example", "access-control-request-method": "POST" },
      ...REMOTE,
    });
    expect([url, asked.statusCode, preflight.statusCode]).toEqual([
      url,
      url === "/health/live" ? 200 : 403,
      preflight.statusCode,
    ]);
    expect(preflight.statusCode).toBeGreaterThanOrEqual(400);
    for (const { headers } of [asked, preflight])
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
  }
});

test("(3.4.3, 3.4.6) every response has a policy that runs only our scripts and forbids frames", async () => {
  for (const url of [...URLS, "/%ff"]) {
    const { headers } = await app.inject({ url, headers: TLS, ...REMOTE });
    const policy = directives(headers["content-security-policy"]);
    expect([url, policy["base-uri"], policy["frame-ancestors"]]).toEqual([url, "'none'", "'none'"]);
    expect([url, policy["script-src"] ?? policy["default-src"]]).toEqual([url, url === "/%ff" ? "'none'" : "'self'"]);
    expect([url, policy["object-src"] ?? policy["default-src"]]).toEqual([url, "'none'"]);
  }
});

test("(3.4.4, 3.4.5, 3.4.8) the other headers of a page and of a refusal are as recorded", async () => {
  const pinned = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",
    "x-download-options": "noopen",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "x-xss-protection": "0",
  };
  for (const url of URLS)
    for (const headers of [TLS, { ...TLS, host: "evil.example" }]) {
      const answer = await app.inject({ url, headers, ...REMOTE });
      expect([url, answer.headers]).toEqual([url, expect.objectContaining(pinned)]);
      expect(answer.headers).not.toHaveProperty("x-powered-by");
      expect(answer.headers).not.toHaveProperty("server");
    }
});

test("(3.4.4) a response to a URL that cannot be decoded must not be sniffed", async () => {
  const { headers, statusCode } = await app.inject({ url: "/%ff", headers: TLS, ...REMOTE });
  expect([statusCode, headers["x-content-type-options"], headers["cache-control"]]).toEqual([
    400,
    "nosniff",
    "no-store",
  ]);
});

test("(13.4.4) the method TRACE is refused", async () => {
  for (const url of ["/", "/api/products", "/health/live"]) {
    const answer = await local.inject({ method: "TRACE" as "GET", url, headers: { cookie: "secret=1" } });
    expect([url, answer.statusCode >= 400, answer.body.includes("secret=1")]).toEqual([url, true, false]);
  }
});

test("(13.4.1, 13.4.3) neither folders, sources nor metadata of version control are served", async () => {
  for (const url of [
    "/assets/",
    "/assets",
    "/.git/config",
    "/.env",
    "/package.json",
    "/src/main.ts",
    "/assets/../package.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/docs/static/",
  ]) {
    const { statusCode, body } = await local.inject({ url });
    expect([url, /"dependencies"|\[core\]|import .* from|<a href="(?!\/)/.test(body)]).toEqual([url, false]);
    if (url.startsWith("/assets")) expect([url, statusCode]).toEqual([url, expect.any(Number)]);
  }
});

test("(13.4.5, 13.4.6) documentation, metrics and the version need a sign-in", async () => {
  const anonymous = { authorization: "" };
  for (const url of ["/openapi.json", "/metrics", "/health/ready", "/docs/", "/docs/json"])
    expect([url, (await local.inject({ url, headers: anonymous })).statusCode]).toEqual([url, 401]);
  const live = await local.inject({ url: "/health/live", headers: anonymous });
  expect([live.statusCode, live.json()]).toEqual([200, { status: "alive" }]);
});
