import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, expect, test } from "vitest";
import { createReceiver } from "../../../../tests/support/receiver.ts";
import { createAgent, send, type Outcome } from "./send.ts";

const SETTINGS = { allow_cidrs: ["127.0.0.1/32"], proxy: undefined, time_scale: 1, keep_days: 30 };

async function call(url: string, options: { total_ms?: number; headers?: Record<string, string>; body?: string } = {}) {
  const { total_ms, headers = {}, body = '{"a":1}' } = options;
  const agent = createAgent(SETTINGS, 1);
  const outgoing = { url: new URL(url), event_id: "evt_1", body, keys: [Buffer.from("k")], headers };
  const outcome = await send(agent, outgoing, SETTINGS, undefined, total_ms);
  await agent.destroy();
  return outcome;
}

/** Starts a server that calls `talk` with each connection. */
async function createRawServer(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      talk(socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Simulates a slow server: writes the text every 20 ms until the socket is closed. */
const drip = (socket: Socket, text: string): void => {
  const timer = setInterval(() => socket.write(text), 20);
  socket.on("close", () => {
    clearInterval(timer);
  });
};

test.each([
  ["sends nothing", () => undefined],
  [
    "drips headers",
    (socket: Socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      drip(socket, "x-a: b\r\n");
    },
  ],
  [
    "drips the first line",
    (socket: Socket) => {
      drip(socket, "H");
    },
  ],
])("an attempt to a receiver that %s ends at the timeout", async (_what, talk: (socket: Socket) => void) => {
  const outcome = await call(await createRawServer(talk), { total_ms: 400 });
  expect(["timeout", "bad_answer"]).toContain(outcome.error);
});

test("an endless slow body does not occupy its slot once the status has arrived", async () => {
  const url = await createRawServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n");
    drip(socket, "x");
  });
  const outcome = await call(url);
  expect(outcome).toMatchObject({ succeeded: true, status: 200, response_truncated: true });
  expect(outcome.response_body).toMatch(/^x+$/);
});

test("only the first bytes of a large body are stored, and the remaining bytes are not read", async () => {
  let written = 0;
  const url = await createRawServer((socket) => {
    socket.write("HTTP/1.1 500 No\r\ncontent-length: 1000000000\r\n\r\n");
    const write = (): void => {
      for (let more = true; more && !socket.destroyed;) {
        written += 65_536;
        more = socket.write("y".repeat(65_536));
      }
    };
    socket.on("drain", write);
    write();
  });
  const outcome = await call(url);
  expect(outcome).toMatchObject({
    succeeded: false,
    status: 500,
    response_body: "y".repeat(2000),
    response_truncated: true,
  });
  expect(written).toBeLessThan(50_000_000);
});

test.each([
  ["no HTTP", (socket: Socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"), "bad_answer"],
  ["nothing and closes", (socket: Socket) => socket.end(), "connection_lost"],
  ["a reset", (socket: Socket) => socket.resetAndDestroy(), "connection_lost"],
  [
    "headers of 100 kB",
    (socket: Socket) => socket.end(`HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(100_000)}\r\n\r\n`),
    "bad_answer",
  ],
  [
    "both lengths, as in request smuggling",
    (socket: Socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    "connection_lost",
  ],
] as [string, (socket: Socket) => void, Outcome["error"]][])(
  "a receiver that answers %s has failed",
  async (_what, talk, error) => {
    expect(await call(await createRawServer(talk))).toMatchObject({ succeeded: false, error, status: null });
  },
);

test("a closed port, an unknown name and a receiver without TLS are distinguished", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, "close");
  expect(await call(`http://127.0.0.1:${port}/`)).toMatchObject({ error: "connection_refused" });
  expect(await call("http://no-such-host.invalid/")).toMatchObject({ error: "unknown_host" });
  const plain = await createRawServer((socket) => socket.end("HTTP/1.1 400 Bad\r\n\r\n"));
  expect(await call(plain.replace("http:", "https:"))).toMatchObject({ error: "tls" });
});

test("only 2xx is a success", async () => {
  const receiver = await createReceiver();
  for (const status of [200, 201, 202, 204, 299]) {
    receiver.answer = (_request, response) => response.writeHead(status).end();
    expect(await call(receiver.url)).toMatchObject({ succeeded: true, status, error: null });
  }
  for (const status of [300, 304, 400, 401, 404, 410, 429, 500, 503]) {
    receiver.answer = (_request, response) => response.writeHead(status).end();
    expect((await call(receiver.url)).succeeded).toBe(false);
  }
});

test("headers of the delivery override custom headers, and the log contains no values of custom headers", async () => {
  const receiver = await createReceiver();
  const outcome = await call(receiver.url, {
    headers: { "webhook-id": "forged", "content-type": "text/evil", authorization: "Bearer hunter2" },
  });
  expect(receiver.received[0]?.headers).toMatchObject({
    "webhook-id": "evt_1",
    "content-type": "application/json",
    authorization: "Bearer hunter2",
  });
  expect(JSON.stringify(outcome)).not.toContain("hunter2");
});

test("a header with a line break is never sent", async () => {
  const receiver = await createReceiver();
  const outcome = await call(receiver.url, { headers: { "x-a": "1\r\nx-b: 2" } });
  expect(outcome.succeeded).toBe(false);
  expect(receiver.received).toHaveLength(0);
});

test("a body of 5 MB with all kinds of characters arrives exactly as signed", async () => {
  const receiver = await createReceiver();
  const body = JSON.stringify({ text: 'ä€😀\u2028\\"'.repeat(400_000) });
  expect(await call(receiver.url, { body })).toMatchObject({ succeeded: true });
  expect(receiver.received[0]?.body).toBe(body);
});

test("a Retry-After date is compared with the receiver's clock, or with our clock if the response has no date", async () => {
  const answer = (headers: string): Promise<string> =>
    createRawServer((socket) => socket.end(`HTTP/1.1 503 Busy\r\n${headers}content-length: 0\r\n\r\n`));
  const inAMinute = "retry-after: Sat, 01 Jan 2000 00:01:00 GMT\r\n";
  const skewed = await call(await answer(`date: Sat, 01 Jan 2000 00:00:00 GMT\r\n${inAMinute}`));
  expect(skewed.retry_after_ms).toBe(60_000);
  expect((await call(await answer(inAMinute))).retry_after_ms).toBeUndefined();
});
