// Tests every operation with every role, every scope of API keys, and invalid credentials (ASVS 8.2.1, 8.2.2 and 8.3.1). The expected
// outcome is computed from the declarations in openapi.json, by rules that share no code with the server. New operations are included
// automatically.
import { beforeAll, describe, expect, test } from "vitest";
import { signInUrl } from "../../src/http/access/documents.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext } from "../support/import-file.ts";
import { createInvalid, createSenders, operations, type Headers, type Operation, type Sender } from "./support.ts";

const database = await createTestDatabase();
const app = await createTestApp(database, await createImportContext(database.pool));
const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });
const port = Number(new URL(baseUrl).port);
let senders: Sender[] = [];
let invalid: [name: string, headers: Headers][] = [];

beforeAll(async () => {
  senders = await createSenders(database.pool, port);
  invalid = await createInvalid(database.pool, port);
});

interface Answer {
  status: number;
  /** Slug of the problem; "" if the response is not a problem. */
  problem: string;
}

/** Sends the request, and reads the beginning of the response: some responses are endless streams. */
async function ask(method: string, url: string, headers: Headers): Promise<Answer> {
  const stop = new AbortController();
  const response = await fetch(baseUrl + url, { method, headers, redirect: "manual", signal: stop.signal });
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  const body = isProblem && method !== "HEAD" ? ((await response.json()) as { type: string }) : { type: "" };
  stop.abort();
  return { status: response.status, problem: body.type.replace("/problems/", "") };
}

const SAME_ORIGIN = { "sec-fetch-site": "same-origin" };
const REFUSED: Answer = { status: 403, problem: "not-permitted" };
const UNKNOWN: Answer = { status: 401, problem: "sign-in-required" };

/** For each required role, the roles that include it. */
const ROLES_FOR: Record<string, readonly string[]> = {
  viewer: ["viewer", "editor", "importer", "admin"],
  editor: ["editor", "admin"],
  importer: ["importer", "admin"],
  admin: ["admin"],
};
/** For each scope, the roles whose users can have keys with this scope. */
const ROLES_OF_SCOPE: Record<string, readonly string[]> = {
  read: ["viewer", "editor", "importer", "admin"],
  edit: ["editor", "admin"],
  import: ["importer", "admin"],
  manage: ["admin"],
};

function isAllowed({ "x-access": access, "x-scope": scope }: Operation, { role, scopes }: Sender): boolean {
  if (access === "public") return true;
  if (ROLES_FOR[access]?.includes(role) !== true) return false;
  if (scope === "key") return scopes !== null;
  return scopes === null || (scopes.includes(scope) && ROLES_OF_SCOPE[scope]?.includes(role) === true);
}

describe.each(operations)("$method $url ($operationId)", (operation) => {
  const { method, url, "x-access": access } = operation;

  test("is permitted to exactly those whose role and scope include it", async () => {
    for (const sender of senders) {
      const answer = await ask(method, url, {
        ...SAME_ORIGIN,
        ...(await sender.headers(operation["x-scope"] === "key")),
      });
      const message = `${sender.name}: ${JSON.stringify(answer)}`;
      if (isAllowed(operation, sender)) {
        expect([REFUSED.problem, UNKNOWN.problem], message).not.toContain(answer.problem);
        if (access !== "public") expect([401, 403, 500], message).not.toContain(answer.status);
      } else expect(answer, message).toEqual(REFUSED);
    }
  });

  test("is refused with a credential that is not valid", async () => {
    for (const [name, headers] of invalid) {
      const answer = await ask(method, url, { ...SAME_ORIGIN, ...headers });
      const message = `${name}: ${JSON.stringify(answer)}`;
      if (access === "public") expect(answer.problem, message).not.toBe(UNKNOWN.problem);
      else expect(answer, message).toEqual(UNKNOWN);
    }
  });
});

const OTHER_ROUTES = [
  "/docs",
  "/docs/",
  "/docs/json",
  "/docs/yaml",
  "/docs/static/index.html",
  "/openapi.json",
  "/metrics",
];
const NO_ROUTES = [
  "/api",
  "/api/nothing",
  "/api/products/A-1/nothing",
  "/health",
  "/problems/not-found",
  "/assets/none.js",
];

describe("routes outside openapi.json", () => {
  test.each([...OTHER_ROUTES, ...NO_ROUTES])("GET %s needs a credential with the scope read", async (url) => {
    for (const method of ["GET", "HEAD"]) {
      for (const [name, headers] of invalid)
        expect((await ask(method, url, headers)).status, `${method} with ${name}`).toBe(401);
      for (const sender of senders) {
        const { status } = await ask(method, url, await sender.headers());
        const isReader = sender.scopes?.includes("read") !== false;
        if (!isReader) expect(status, sender.name).toBe(403);
        else if (NO_ROUTES.includes(url)) expect(status, sender.name).toBe(404);
        else expect(status, sender.name).toBeLessThan(400);
      }
    }
  });

  test.each(["OPTIONS", "PUT", "PATCH", "DELETE", "POST"])(
    "%s for an unknown URL needs a credential",
    async (method) => {
      for (const url of ["/", "/products", "/api/nothing", "/api/products", "/docs"]) {
        const answer = await ask(method, url, { ...SAME_ORIGIN, authorization: "" });
        expect(answer, url).toEqual(UNKNOWN);
      }
    },
  );

  test("(8.3.1) other spellings of a URL do not avoid the check", async () => {
    const urls = [
      "/api/products/",
      "//api/products",
      "/API/products",
      "/api%2fproducts",
      "/api/./products",
      "/x/../api/products",
    ];
    for (const url of [
      ...urls,
      "/api/products;x",
      "/api/products%00",
      "/docs/..%2fapi/products",
      "/assets/..%2f..%2fapi",
    ]) {
      const { statusCode, headers } = await app.inject({ url, headers: { authorization: "" } });
      const isRefused =
        statusCode === 401 || statusCode === 400 || headers["location"]?.startsWith("/sign-in") === true;
      expect(isRefused, `${url}: ${String(statusCode)}`).toBe(true);
    }
  });
});

test("HEAD is refused wherever GET is", async () => {
  for (const { method, url, "x-access": access } of operations) {
    if (method !== "GET" || access === "public") continue;
    expect((await ask("HEAD", url, { authorization: "" })).status, url).toBe(401);
  }
});

test("the method that a POST names for an upload decides which role it needs", async () => {
  const viewer = senders.find(({ role, scopes }) => role === "viewer" && scopes === null);
  for (const override of ["PATCH", "DELETE"]) {
    const headers = { "x-http-method-override": override, "tus-resumable": "1.0.0", ...SAME_ORIGIN };
    const url = "/api/uploads/00000000-0000-4000-8000-000000000000";
    expect(await ask("POST", url, { ...headers, authorization: "" })).toEqual(UNKNOWN);
    expect(await ask("POST", url, { ...headers, ...(await viewer?.headers()) })).toEqual(REFUSED);
  }
});

describe("(14.2.1) a credential in a URL is not accepted", () => {
  const NAMES = ["key", "api_key", "apikey", "token", "access_token", "authorization", "session"];
  test.each(NAMES)("as the parameter %s", async (name) => {
    for (const sender of senders.slice(0, 3)) {
      const headers = await sender.headers();
      const token = (headers["authorization"] ?? headers["cookie"] ?? "").replace(/^.*[ =]/, "");
      for (const url of ["/api/products", "/api/events", "/metrics"])
        expect(await ask("GET", `${url}?${name}=${token}`, { authorization: "" })).toEqual(UNKNOWN);
    }
  });
});

describe("pages", () => {
  const get = (url: string, headers: Headers = {}) => app.inject({ url, headers: { authorization: "", ...headers } });

  test.each(["/", "/products?q=a%26b", "/imports/12"])(
    "%s without a session leads to the sign-in page",
    async (url) => {
      const { statusCode, headers, body } = await get(url);
      expect([statusCode, body]).toEqual([302, ""]);
      expect(headers["location"]).toBe(url === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(url)}`);
      expect(headers["cache-control"]).toBe("no-store");
    },
  );

  test.each(["//evil.example/", "/\\evil.example", "https://evil.example/", `/${"a".repeat(2000)}`])(
    "the URL %s is not passed on",
    (url) => {
      expect(signInUrl(url)).toBe("/sign-in");
    },
  );

  test("the sign-in page and its files need no credential", async () => {
    const page = await get("/sign-in");
    expect(page.statusCode).toBe(200);
    for (const [, url = ""] of page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      expect((await get(url)).statusCode, url).toBe(200);
  });

  test("the page itself is shown to someone who is signed in", async () => {
    const headers = (await senders[0]?.headers()) ?? {};
    const response = await fetch(`${baseUrl}/products`, { headers, redirect: "manual" });
    expect(response.status).toBe(200);
  });

  test("documentation that is opened in a tab leads to the sign-in page", async () => {
    const { statusCode, headers } = await get("/docs/", { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" });
    expect([statusCode, headers["location"]]).toEqual([302, "/sign-in?next=%2Fdocs%2F"]);
  });
});
