// Tests what the client does with answers that s3rver does not give. s3rver cannot list more than 1,000 objects on this version of Node.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createBucketClient } from "./client.ts";

type Answer = (response: ServerResponse) => void;

/** The answers to the next requests, and the requests that were received. */
let answers: Answer[] = [];
let received: IncomingMessage[] = [];
const server = createServer((request, response) => {
  received.push(request);
  request.resume();
  const answer = answers.shift();
  if (answer === undefined) response.destroy();
  else answer(response);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [answers, received] = [[], []];
});
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
const client = createBucketClient({
  bucket: "files",
  prefix: "",
  region: "auto",
  endpoint,
  access_key_id: "AKIA-1",
  secret_access_key: "very-secret",
  session_token: "a token",
});

const reply =
  (status: number, body = "", headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body);
const page = (keys: string[], next?: string): string => {
  const time = "<LastModified>2026-01-02T03:04:05.000Z</LastModified>";
  const objects = keys.map((key) => `<Contents><Key>${key}</Key>${time}</Contents>`).join("");
  const more = next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return `<ListBucketResult>${objects}<IsTruncated>${String(next !== undefined)}</IsTruncated>${more}</ListBucketResult>`;
};

test("a list has the objects of all pages", async () => {
  answers = [reply(200, page(["a/1", "a/2"], "to/ken+=")), reply(200, page(["a/3"]))];
  const changed = Date.parse("2026-01-02T03:04:05Z");
  expect(await client.list("a/")).toEqual(["a/1", "a/2", "a/3"].map((key) => ({ key, changed_ms: changed })));
  expect(received.map(({ url }) => url)).toEqual([
    "/files/?list-type=2&prefix=a%2F",
    "/files/?list-type=2&prefix=a%2F&continuation-token=to%2Fken%2B%3D",
  ]);
});

test("a request is repeated after a temporary error and after an interrupted response", async () => {
  answers = [
    reply(503),
    (response) => {
      response.writeHead(200, { "content-length": "4" });
      response.write("by", () => response.destroy());
    },
    reply(200, "byte"),
  ];
  expect((await client.get("a"))?.toString()).toBe("byte");
  expect(received[2]?.headers).toMatchObject({ "x-amz-security-token": "a token" });
});

test("after three failures, the storage counts as unavailable", async () => {
  answers = [reply(429), reply(500), reply(503), reply(200)];
  await expect(client.get("a")).rejects.toMatchObject({ slug: "store-unavailable", reason: "HTTP status 503" });
  expect(received).toHaveLength(3);
});

test("a redirect is not followed, and an error shows the code only", async () => {
  answers = [reply(307, "", { location: `${endpoint}/elsewhere` })];
  await expect(client.get("a")).rejects.toMatchObject({ http_status: 307 });
  answers = [reply(403, "<Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIA-1</AWSAccessKeyId></Error>")];
  await expect(client.get("a")).rejects.toMatchObject({ reason: "HTTP status 403, AccessDenied" });
  expect(received).toHaveLength(2);
});

test("an object that does not exist is undefined, but a bucket that does not exist is an error", async () => {
  answers = [
    reply(404, "<Error><Code>NoSuchKey</Code></Error>"),
    reply(404, "<Error><Code>NoSuchBucket</Code></Error>"),
  ];
  expect(await client.get("a")).toBeUndefined();
  await expect(client.get("a")).rejects.toMatchObject({ code: "NoSuchBucket" });
});

test("a service that does not know If-None-Match does not fail the request", async () => {
  answers = [reply(501, "<Error><Code>NotImplemented</Code></Error>")];
  await client.put("store.id", Buffer.from("id"), true);
  expect(received[0]?.headers["if-none-match"]).toBe("*");
});
