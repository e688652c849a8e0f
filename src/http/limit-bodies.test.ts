// Tests bodies that arrive too slowly, and more files at the same time than allowed. The tests write requests to the socket as text.
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, beforeAll, expect, test } from "vitest";
import { authorizationOf, createTestApp } from "../../tests/support/app.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createImportContext } from "../../tests/support/import-file.ts";
import { until } from "../../tests/support/until.ts";
import type { Import } from "../../contract/imports/imports.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);
/** Time after which a client that sends nothing is too slow. */
const WINDOW_MS = 600;
const bodies = { total_ms: 400, window_ms: WINDOW_MS, min_bytes_per_s: 1000, files: 3, linger_ms: 200 };
const app = await createTestApp(database, { ...context, limits: { headers_ms: 300, bodies } });
let port = 0;

beforeAll(async () => {
  port = Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);
});

let open: Client[] = [];
afterEach(async () => {
  for (const { socket } of open) socket.destroy();
  open = [];
  await until(async () => (await new Promise<number>((done) => app.server.getConnections((_, n) => done(n)))) === 0);
});

interface Client {
  socket: Socket;
  /** Returns everything that was received. */
  answer: () => string;
  closed: Promise<unknown>;
}

async function send(text: string): Promise<Client> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  let answer = "";
  socket.on("data", (piece: Buffer) => (answer += piece.toString()));
  const closed = once(socket, "close");
  await once(socket, "connect");
  socket.write(text);
  const client = { socket, answer: () => answer, closed };
  open.push(client);
  return client;
}

const head = (method: string, url: string, headers: Record<string, string | number>): string =>
  `${method} ${url} HTTP/1.1\r\nhost: 127.0.0.1\r\n${Object.entries({ ...authorizationOf(app), ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;

const JSON_HEADERS = { "content-type": "application/json", "content-length": 100 };
const FILE = { "content-type": "text/csv", "content-length": 1_000_000 };
const FORM = { "content-type": "multipart/form-data; boundary=x", "content-length": 1_000_000 };
const FORM_HEAD = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nsku,name\n';

async function refusedAsSlow({ answer, closed }: Client): Promise<void> {
  await closed;
  expect(answer()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  expect(answer()).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer()).toContain('"type":"/problems/request-timeout"');
}

async function newestImport(): Promise<Import> {
  const { items } = (await app.inject({ method: "GET", url: "/api/imports?limit=1" })).json<{ items: Import[] }>();
  return items[0] as Import;
}

test.each([
  ["JSON", head("POST", "/api/products", JSON_HEADERS) + '{"sku":'],
  ["JSON without a first byte", head("POST", "/api/products", JSON_HEADERS)],
  ["JSON with an idempotency key", head("POST", "/api/products", { ...JSON_HEADERS, "idempotency-key": "a" }) + "{"],
  [
    "JSON in chunks",
    head("POST", "/api/webhooks", { ...chunked(), "content-type": "application/json" }) + "1\r\n{\r\n",
  ],
  ["a preview", head("POST", "/api/imports/preview", { ...FILE, "content-length": 1000 }) + "sku"],
  ["a file", head("POST", "/api/imports?filename=a.csv", FILE) + "sku,name\n"],
  ["a file with an idempotency key", head("POST", "/api/imports", { ...FILE, "idempotency-key": "b" }) + "sku,name\n"],
  ["a form", head("POST", "/api/imports", FORM) + FORM_HEAD],
  ["a form before its file", head("POST", "/api/imports", FORM) + "--x\r\n"],
])("%s that stops arriving gets 408, and the connection is closed", async (_name, text) => {
  await refusedAsSlow(await send(text));
});

function chunked(): Record<string, string> {
  return { "transfer-encoding": "chunked" };
}

test("JSON that arrives byte by byte times out too", async () => {
  const client = await send(head("POST", "/api/products", JSON_HEADERS));
  const trickle = setInterval(() => client.socket.write(" "), 20);
  await refusedAsSlow(client);
  clearInterval(trickle);
});

test("the import of a file that was too slow fails with request-timeout", async () => {
  const client = await send(head("POST", "/api/imports?filename=slow.csv", FILE) + "sku,name\n");
  const trickle = setInterval(() => client.socket.write("a"), 50);
  await refusedAsSlow(client);
  clearInterval(trickle);
  const { filename, state, problem } = await newestImport();
  expect({ filename, state, type: problem?.type }).toEqual({
    filename: "slow.csv",
    state: "failed",
    type: "/problems/request-timeout",
  });
});

test("a file that arrives fast enough may take many windows", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `s-${i},Name ${"x".repeat(1000)}\n`);
  const length = "sku,name\n".length + rows.join("").length;
  const client = await send(head("POST", "/api/imports?filename=fair.csv", { ...FILE, "content-length": length }));
  client.socket.write("sku,name\n");
  for (const row of rows) {
    client.socket.write(row);
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS / 20)); // injected delay: a steady, slow sender
  }
  await until(() => client.answer().includes("\r\n\r\n"));
  expect(client.answer()).toMatch(/^HTTP\/1.1 201 /);
});

test("a part that was too slow keeps its received bytes, and the upload can continue", async () => {
  const tus = { "tus-resumable": "1.0.0" };
  const headers = { ...tus, "upload-length": "2000", "upload-metadata": `filename ${btoa("p.csv")}` };
  const { headers: made } = await app.inject({ method: "POST", url: "/api/uploads", headers });
  const url = String(made.location);
  const part = {
    ...tus,
    "upload-offset": 0,
    "content-type": "application/offset+octet-stream",
    "content-length": 2000,
  };
  await refusedAsSlow(await send(head("PATCH", url, part) + "sku,name\n"));
  expect((await newestImport()).state).toBe("paused");
  const { headers: now } = await app.inject({ method: "HEAD", url, headers: tus });
  expect(now["upload-offset"]).toBe("9");
  const rest = { ...part, "upload-offset": 9, "content-length": 1991 };
  const resumed = await send(head("PATCH", url, rest) + "a".repeat(1991));
  await until(() => resumed.answer().includes("\r\n\r\n"));
  expect(resumed.answer()).toMatch(/^HTTP\/1.1 204 /);
});

test("the number of files that arrive at the same time is limited; another file is refused until one of them has arrived", async () => {
  const first = await Promise.all(Array.from({ length: bodies.files }, () => send(head("POST", "/api/imports", FILE))));
  const unfinished = async (): Promise<number> =>
    (await database.pool.query("select from imports where state = 'receiving'")).rowCount ?? 0;
  await until(async () => (await unfinished()) === bodies.files);
  const refused = await send(head("POST", "/api/imports", { ...FILE, "content-length": 9 }) + "sku,name\n");
  await until(() => refused.answer().includes("too-many-files"));
  expect(refused.answer()).toMatch(/^HTTP\/1.1 503 [^]*\r\nretry-after: 5\r\n/);
  first[0]?.socket.destroy();
  await until(async () => {
    const again = await send(head("POST", "/api/imports", { ...FILE, "content-length": 9 }) + "sku,name\n");
    await until(() => again.answer().includes("\r\n\r\n"));
    return again.answer().startsWith("HTTP/1.1 201");
  });
});

test("the connection of a refused file is closed after the response, instead of reading the rest of the file", async () => {
  const client = await send(
    head("POST", "/api/imports", { ...FILE, "content-length": 1e12, origin: "https://a.example" }),
  );
  const chunk = Buffer.alloc(1 << 16);
  let sent = 0;
  const pump = (): void => {
    while (!client.socket.destroyed && client.socket.write(chunk)) sent += chunk.length;
  };
  client.socket.on("drain", pump);
  pump();
  await client.closed.catch((reset: unknown) => {
    expect(reset).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) as string });
  });
  expect(client.answer()).toMatch(/^HTTP\/1.1 403 /);
  expect(client.answer()).toContain("/problems/forbidden-host");
  expect(sent).toBeGreaterThan(0);
});

test("the server closes a connection if its body still arrives slowly after the response", async () => {
  const client = await send(head("POST", "/api/products", { ...JSON_HEADERS, origin: "https://another.example" }));
  await client.closed;
  expect(client.answer()).toMatch(/^HTTP\/1.1 403 /);
});

test.each(["", "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", "GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\nGET /"])(
  "headers that do not arrive in time end the connection: %j",
  async (text) => {
    const { closed, answer } = await send(text);
    await closed;
    expect(answer()).toContain("HTTP/1.1 408 Request Timeout\r\n");
  },
);
