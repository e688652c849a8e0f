// Tests a server that other computers can reach, through a reverse proxy or directly: which requests it accepts.
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { authorizationOf, createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createTestKey } from "../../../tests/support/identity/users.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { networkOf } from "./network.ts";

const PROXY = "10.1.2.3";
const network = networkOf({
  public_urls: ["https://shop.example", "https://intern.example:8443"],
  trust_proxy: ["10.1.2.0/24", "2001:db8:7::/48"],
});
const database = await createTestDatabase();
const app = await createTestApp(database, { network });
const authorization = `Bearer ${await createTestKey(database.pool, "admin")}`;
app.get("/test/facts", ({ client, is_tls, own_host, own_origin }) => ({ client, is_tls, own_host, own_origin }));

const FORWARDED = { host: "shop.example", "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.9" };
const PAGE = { accept: "text/html,application/xhtml+xml" };
type Headers = Record<string, string | undefined>;

async function ask(headers: Headers, remoteAddress = PROXY, url = "/api/products", method: "GET" | "POST" = "GET") {
  const all: Headers = { authorization, ...headers };
  const given = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const payload = method === "POST" ? { payload: { sku: "a" } } : {};
  const answer = await app.inject({ method, url, headers: given, remoteAddress, ...payload });
  const isProblem = String(answer.headers["content-type"]).startsWith("application/problem+json");
  return {
    status: answer.statusCode,
    slug: isProblem ? answer.json<ProblemDocument>().type.split("/").at(-1) : "",
    answer,
  };
}

test("(12.2.1) requests that the trusted proxy received over TLS are accepted", async () => {
  for (const headers of [
    FORWARDED,
    { ...FORWARDED, host: "SHOP.example:443" },
    { ...FORWARDED, host: "intern.example:8443" },
    { ...FORWARDED, host: "10.0.0.7:8000", "x-forwarded-host": "shop.example" },
  ])
    expect([headers, (await ask(headers)).status]).toEqual([headers, 200]);
  expect((await ask(FORWARDED, "2001:db8:7::9")).status).toBe(200);
  expect((await ask(FORWARDED, "::ffff:10.1.2.200")).status).toBe(200);
});

const WITHOUT_TLS: [string, Headers, string][] = [
  ["the proxy reports http", { ...FORWARDED, "x-forwarded-proto": "http" }, PROXY],
  ["an earlier proxy reports http", { ...FORWARDED, "x-forwarded-proto": "http, https" }, PROXY],
  ["the proxy reports nothing", { ...FORWARDED, "x-forwarded-proto": undefined }, PROXY],
  ["the header is empty", { ...FORWARDED, "x-forwarded-proto": "" }, PROXY],
  ["another computer claims to be a proxy", FORWARDED, "10.1.3.1"],
  ["a local program claims to be a proxy", FORWARDED, "127.0.0.1"],
];

test.each(WITHOUT_TLS)("(12.2.1, 4.1.3) a request is refused if %s", async (_name, headers, address) => {
  for (const method of ["GET", "POST"] as const)
    expect(await ask(headers, address, "/api/products", method)).toMatchObject({ status: 403, slug: "https-required" });
});

const OTHER_HOSTS: [string, Headers, string][] = [
  ["another host", { ...FORWARDED, host: "evil.example" }, PROXY],
  ["another forwarded host", { ...FORWARDED, "x-forwarded-host": "evil.example" }, PROXY],
  ["two forwarded hosts", { ...FORWARDED, "x-forwarded-host": "evil.example, shop.example" }, PROXY],
  [
    "a forwarded host from another computer",
    { ...FORWARDED, host: "evil.example", "x-forwarded-host": "shop.example" },
    "192.0.2.7",
  ],
  ["the public host with another port", { ...FORWARDED, host: "shop.example:8443" }, PROXY],
  ["a host that ends like the public one", { ...FORWARDED, host: "evilshop.example" }, PROXY],
  ["a host with a name and a password", { ...FORWARDED, host: "a:b@shop.example" }, PROXY],
  ["the host with a dot at its end", { ...FORWARDED, host: "shop.example." }, PROXY],
  ["a loopback name from another computer", { ...FORWARDED, host: "127.0.0.1:8000" }, "192.0.2.7"],
  ["a loopback name through the proxy", { ...FORWARDED, host: "localhost" }, PROXY],
  ["an address instead of a name", { ...FORWARDED, host: "10.0.0.7:8000" }, PROXY],
];

test.each(OTHER_HOSTS)("(3.5.1) a request for %s is refused", async (_name, headers, address) => {
  for (const url of ["/api/products", "/", "/docs/", "/openapi.json", "/metrics"])
    expect([url, await ask(headers, address, url)]).toMatchObject([url, { status: 403, slug: "forbidden-host" }]);
});

const SAME_ORIGIN = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
const CROSS_SITE: [string, Headers][] = [
  ["another origin", { origin: "https://evil.example" }],
  ["the public host without TLS", { origin: "http://shop.example" }],
  ["the public host with another port", { origin: "https://shop.example:8443" }],
  ["another public address", { origin: "https://intern.example:8443" }],
  ["the origin null", { origin: "null" }],
  [
    "a fetch of another site",
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty" },
  ],
  [
    "a fetch of a sibling domain",
    { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
  ],
  [
    "a form of another site",
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
  ],
  [
    "an image of another site",
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
  ],
];

test.each(CROSS_SITE)("(3.5.1, 3.5.3) a POST from %s is refused", async (_name, headers) => {
  expect(await ask({ ...FORWARDED, ...headers }, PROXY, "/api/products", "POST")).toMatchObject({
    status: 403,
    slug: "forbidden-host",
  });
});

test("(3.5.1) a POST of our own page is accepted", async () => {
  const headers = { ...FORWARDED, ...SAME_ORIGIN, origin: "https://shop.example" };
  expect((await ask(headers, PROXY, "/api/products", "POST")).status).toBe(400);
});

test("(4.1.2) a page that is opened without TLS is redirected, and a request of a program is refused", async () => {
  const headers = { ...FORWARDED, "x-forwarded-proto": "http" };
  for (const url of ["/", "/products?q=a", "/docs/"]) {
    const { status, answer } = await ask({ ...headers, ...PAGE }, PROXY, url);
    expect([url, status, answer.headers.location]).toEqual([url, 308, `https://shop.example${url}`]);
  }
  for (const url of ["/api/products", "/metrics", "/openapi.json", "/health/ready"])
    expect(await ask({ ...headers, ...PAGE }, PROXY, url)).toMatchObject({ status: 403, slug: "https-required" });
  expect(await ask(headers, PROXY, "/")).toMatchObject({ status: 403, slug: "https-required" });
  expect(await ask({ ...headers, ...PAGE, host: "evil.example" }, PROXY, "/")).toMatchObject({ status: 403 });
});

test("a load balancer may ask without TLS and by any name whether the server runs, and for nothing else", async () => {
  const { status, answer } = await ask({ host: "10.0.0.7:8000" }, "192.0.2.7", "/health/live");
  expect([status, answer.headers["strict-transport-security"]]).toEqual([200, undefined]);
  expect((await ask({ host: "10.0.0.7:8000" }, "192.0.2.7", "/health/ready")).status).toBe(403);
  expect((await ask({ host: "10.0.0.7:8000" }, "192.0.2.7", "/health/live?a=1")).status).toBe(403);
});

test("programs on this computer use the server by its loopback names, without TLS", async () => {
  expect((await ask({ host: "127.0.0.1:8000" }, "127.0.0.1")).status).toBe(200);
  expect((await ask({ host: "localhost:8000" }, "::1")).status).toBe(200);
  expect((await ask({ host: "127.0.0.1:8000", origin: "https://shop.example" }, "127.0.0.1")).status).toBe(403);
});

test("the key of the data folder is accepted from this computer only", async () => {
  const local = authorizationOf(app);
  expect((await ask({ ...local, host: "127.0.0.1:8000" }, "127.0.0.1")).status).toBe(200);
  expect(await ask({ ...FORWARDED, ...local })).toMatchObject({ status: 401, slug: "sign-in-required" });
});

const factsOf = async (headers: Headers, address: string): Promise<unknown> =>
  (await ask(headers, address, "/test/facts")).answer.json();

test("(4.1.3) a client cannot claim another address", async () => {
  const forwarded = (addresses: string): Headers => ({ ...FORWARDED, "x-forwarded-for": addresses });
  const clientOf = async (addresses: string, address = PROXY): Promise<unknown> =>
    ((await factsOf(forwarded(addresses), address)) as { client: string }).client;
  expect(await clientOf("192.0.2.9")).toBe("192.0.2.9");
  expect(await clientOf("203.0.113.1, 192.0.2.9")).toBe("192.0.2.9");
  expect(await clientOf("203.0.113.1, 192.0.2.9, 10.1.2.77")).toBe("192.0.2.9");
  expect(await clientOf("10.1.2.5, 192.0.2.9")).toBe("192.0.2.9");
  expect(await clientOf("127.0.0.1")).toBe("127.0.0.1");
  expect(await clientOf("192.0.2.9, unknown")).toBe(PROXY);
  expect(await clientOf("")).toBe(PROXY);
  expect(await clientOf("::ffff:192.0.2.9")).toBe("192.0.2.9");
});

test("a request reports how the client called the server, and which origin links begin with", async () => {
  expect(await factsOf({ ...FORWARDED, host: "10.0.0.7", "x-forwarded-host": "Shop.Example" }, PROXY)).toEqual({
    client: "192.0.2.9",
    is_tls: true,
    own_host: "shop.example",
    own_origin: "https://shop.example",
  });
  expect(await factsOf({ ...FORWARDED, host: "127.0.0.1:8000" }, "127.0.0.1")).toEqual({
    client: "127.0.0.1",
    is_tls: false,
    own_host: "127.0.0.1:8000",
    own_origin: "https://shop.example",
  });
});

/** Sends bytes to the server and returns its whole response. */
async function sendRaw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(request.replaceAll("\n", "\r\n"));
  return text(socket);
}

test("(3.5.1) DNS rebinding: over a raw connection, only loopback names reach a server on loopback", async () => {
  const local = await createTestApp(await createTestDatabase());
  await local.listen({ host: "127.0.0.1", port: 0 });
  const { port } = local.server.address() as AddressInfo;
  const statusOf = async (lines: string): Promise<string | undefined> =>
    (await sendRaw(port, `GET /health/live HTTP/1.1\n${lines}Connection: close\n\n`)).split(" ")[1];
  expect(await statusOf(`Host: 127.0.0.1:${port}\n`)).toBe("200");
  expect(await statusOf(`Host: rebound.example:${port}\n`)).toBe("403");
  expect(await statusOf(`Host: 127.0.0.1.rebound.example\n`)).toBe("403");
  expect(await statusOf(`Host: rebound.example\nX-Forwarded-Host: 127.0.0.1\n`)).toBe("403");
  expect(await statusOf(`Host: 127.0.0.1\nHost: rebound.example\n`)).toBe("400");
  expect(await statusOf("")).toBe("400");
});

test("(4.2.1) a request whose length is ambiguous is refused", async () => {
  const local = await createTestApp(await createTestDatabase());
  await local.listen({ host: "127.0.0.1", port: 0 });
  const { port } = local.server.address() as AddressInfo;
  const { authorization } = authorizationOf(local);
  const post = (lines: string, body: string): Promise<string> =>
    sendRaw(port, `POST /api/products HTTP/1.1\nHost: 127.0.0.1\nAuthorization: ${authorization}\n${lines}\n${body}`);
  for (const [lines, body] of [
    ["Content-Length: 4\nTransfer-Encoding: chunked\n", "0\n\nGET /api/session HTTP/1.1\nHost: 127.0.0.1\n\n"],
    ["Content-Length: 4\nContent-Length: 5\n", "abcde"],
    ["Transfer-Encoding: chunked, identity\n", "0\n\n"],
    ["Transfer-Encoding : chunked\n", "0\n\n"],
  ] as const) {
    const response = await post(lines, body);
    expect([lines, response.match(/HTTP\/1\.1 \d+/g)]).toEqual([lines, ["HTTP/1.1 400"]]);
  }
});
