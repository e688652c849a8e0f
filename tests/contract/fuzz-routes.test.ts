// Sends valid and hostile requests to every route of openapi.json. No response may be an internal error; each must have a status of the
// contract and a body that fits its schema. New routes are included automatically.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeApi } from "../../src/commands/openapi.ts";
import { fanOut } from "../../src/webhooks/deliver/fan-out.ts";
import { createTestApp } from "../support/app.ts";
import { cookieOf, createTestSession, createTestUser } from "../support/identity/users.ts";
import { createTestDatabase } from "../support/database.ts";
import type { Schema } from "./from-schema.ts";
import { requestFor, unstorableRequests, type FuzzRequest, type Operation } from "./fuzz-requests.ts";
import { createImportContext, importBytes } from "../support/import-file.ts";
import { runs } from "../support/random-runs.ts";

/** Statuses that a route may return even if openapi.json does not list them: unknown host, unreachable database, headers too long. */
const GENERAL = new Set(["403", "503", "431"]);
/** Number of random requests to each route. It does not depend on time, so that the test sends the same requests on a busy machine. */
const REQUESTS = runs(15);
/** Seed of the generators. It is fixed, so that every run sends the same requests. Set FUZZ_SEED and RUNS to send others. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

interface Api {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const api = JSON.parse(await describeApi()) as Api;
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

// Operations that delete or rename come last, so that the other operations find data.
const removes = ({ method, operation }: (typeof operations)[number]): boolean =>
  method === "DELETE" || operation.operationId === "rename_profile";
operations.sort((a, b) => Number(removes(a)) - Number(removes(b)));

const database = await createTestDatabase();
const context = await createImportContext(database.pool);
const app = await createTestApp(database, context);
let baseUrl = "";
const known: Record<string, unknown[]> = {
  id: [1, 2, 3],
  sku: ["A-1", "a-2", "x/y", "é"],
  name: ["A profile", "é"],
  version: [1],
  "upload-offset": [0],
  skus: [["A-1", "x/y"]],
  url: ["http://127.0.0.1:9/hook"],
  created_in: [1],
  changed_in: [1],
};

beforeAll(async () => {
  await createTestUser(database.pool, "fuzz", "admin");
  await importBytes(context, "sku,name,Brand\nA-1,One,B\nA-2,Two,\nx/y,Three,C\né,Four,\n,bad,\n");
  await importBytes(context, "sku,name\nA-1,Uno\n");
  for (let i = 0; i < 3; i++)
    await app.inject({ method: "POST", url: "/api/webhooks", payload: { url: "http://127.0.0.1:9/hook" } });
  await app.inject({ method: "PUT", url: "/api/profiles/A%20profile", payload: { key: "sku" } });
  await app.inject({ method: "PATCH", url: "/api/products/A-1", payload: { name: "Eins" } });
  expect((await fanOut(database.pool)).webhook_ids).toHaveLength(3);
  known["upload_id"] = await beginUploads(20);
  baseUrl = await app.listen({ port: 0, host: "127.0.0.1" });
});

/** Begins `count` uploads that are too large to complete during the test. @returns their ids */
async function beginUploads(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const headers = { "tus-resumable": "1.0.0", "upload-length": "1000000" };
    const { headers: answer } = await app.inject({ method: "POST", url: "/api/uploads", headers });
    ids.push(answer.location?.split("/").at(-1) ?? "");
  }
  return ids;
}

const succeeded = new Set<string>();

test("openapi.json has operations", () => {
  expect(operations.length).toBeGreaterThan(20);
});

const isEventStream = ({ responses }: Operation): boolean =>
  responses["200"]?.content?.["text/event-stream"] !== undefined;

test.each(operations)("$method $path", async ({ method, path, operation }) => {
  const ask = askerOf(operation);
  await fc.assert(
    fc.asyncProperty(requestFor(path, operation, { components: api.components.schemas, known }), async (request) => {
      const answer = await ask(method, request);
      check(method, operation, answer);
      if (answer.status < 300) succeeded.add(operation.operationId);
    }),
    { seed: SEED, numRuns: REQUESTS },
  );
});

test.each(operations)("$method $path rejects strings that cannot be stored", async ({ method, path, operation }) => {
  const ask = askerOf(operation);
  const requests = unstorableRequests(path, operation, api.components.schemas);
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) check(method, operation, await ask(method, request));
});

/** Operations that need a password, a code, a token or an identity provider. Tests in tests/access/ send requests that succeed. */
const NEEDS_SECRET = new Set([
  "sign_in",
  "confirm_sign_in",
  "look_at_link",
  "redeem_link",
  "start_single_sign_on",
  "finish_single_sign_on",
  "confirm_second_factor",
  "remove_second_factor",
]);

test("nearly every route has succeeded at least once, which shows that the requests are meaningful", () => {
  const possible = operations.filter(({ operation }) => !NEEDS_SECRET.has(operation.operationId));
  const failed = possible.map(({ operation }) => operation.operationId).filter((id) => !succeeded.has(id));
  // Up to a seventh of the routes may never succeed: they need a state that random requests hardly ever produce, such as a held import.
  expect(failed.length, failed.join(", ")).toBeLessThanOrEqual(operations.length / 7);
});

type Asker = (method: string, request: FuzzRequest) => Promise<Answer>;

function askerOf(operation: Operation): Asker {
  if (isEventStream(operation)) return fetchHead;
  const isOwnAccount = operation["x-scope"] === "session" && operation.tags.some((tag) => OWN_TAGS.has(tag));
  return isOwnAccount ? injectWithSession : inject;
}

/** Tags of operations that concern the account of the sender: they need a session. */
const OWN_TAGS = new Set(["account", "sign-in"]);

/** Sends the request with a new session, because the request may end it. */
async function injectWithSession(method: string, request: FuzzRequest): Promise<Answer> {
  // A request to another route may have disabled the user.
  await database.pool.query("update users set disabled_at = null where name = 'fuzz'");
  const session = cookieOf(await createTestSession(database.pool, "fuzz"));
  return inject(method, { ...request, headers: { ...request.headers, ...session } });
}

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

async function inject(method: string, { url, headers, payload }: FuzzRequest): Promise<Answer> {
  const response = await app.inject({
    method: method as "GET",
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return {
    status: response.statusCode,
    type: (response.headers["content-type"] ?? "").split(";")[0] as string,
    body: response.rawPayload,
  };
}

/** Sends the request and reads only the beginning of the response, because an event stream does not end. */
async function fetchHead(method: string, { url, headers: { host: _, ...headers } }: FuzzRequest): Promise<Answer> {
  const stop = new AbortController();
  const response = await fetch(baseUrl + url, { method, headers, signal: stop.signal });
  const type = (response.headers.get("content-type") ?? "").split(";")[0] as string;
  const body = type === "text/event-stream" ? Buffer.alloc(0) : Buffer.from(await response.arrayBuffer());
  stop.abort();
  return { status: response.status, type, body };
}

function check(method: string, { responses }: Operation, { status, type, body }: Answer): void {
  const told = body.toString().slice(0, 2000);
  const declared = responses[String(status)] ?? (GENERAL.has(String(status)) ? responses["default"] : undefined);
  expect(declared, `the status ${status} is not declared: ${told}`).toBeDefined();
  expect(status < 500 || GENERAL.has(String(status)), `${status}: ${told}`).toBe(true);
  if (status === 204 || status === 304 || method === "HEAD") {
    expect(body.length).toBe(0);
    return;
  }
  const schema = declared?.content?.[type]?.schema;
  expect(schema, `${status} as "${type}" is not declared: ${told}`).toBeDefined();
  if (type !== "application/json" && !type.endsWith("+json")) return;
  const validate = validatorOf(schema as Schema);
  expect(validate(JSON.parse(body.toString())), `${JSON.stringify(validate.errors)}: ${told}`).toBe(true);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
for (const format of ["binary", "uri", "uuid"]) ajv.addFormat(format, true);
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/);
const validators = new Map<Schema, ValidateFunction>();

function validatorOf(schema: Schema): ValidateFunction {
  const found = validators.get(schema);
  if (found !== undefined) return found;
  const made = ajv.compile({ ...schema, components: api.components });
  validators.set(schema, made);
  return made;
}

afterAll(() => {
  validators.clear();
});
