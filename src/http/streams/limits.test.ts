// Tests the registry on its own: limits, readers that do not read, and unusual requests.
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import Fastify from "fastify";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { until } from "../../../tests/support/until.ts";
import { useProblems } from "../problems.ts";
import { createStreams, type Stream, type StreamLimits, type Streams } from "./registry.ts";

interface Server {
  streams: Streams;
  opened: Stream[];
  closing: AbortController;
  /** Sends a request and returns the socket, from which nothing has been read yet. */
  ask: (request?: string) => Promise<Socket>;
}

const GET = "GET /stream HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

async function serve(limits: Partial<StreamLimits> = {}): Promise<Server> {
  const closing = new AbortController();
  const streams = createStreams(closing.signal, { per_client: 100, ...limits });
  const app = Fastify({ forceCloseConnections: true });
  useProblems(app);
  const opened: Stream[] = [];
  app.get("/stream", async (request, reply) => {
    const stream = streams.take(request, reply);
    opened.push(stream);
    await Promise.resolve();
    stream.begin();
    return reply;
  });
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  onTestFinished(() => app.close());
  const ask: Server["ask"] = async (request = GET) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    socket.write(request);
    return socket;
  };
  return { streams, opened, closing, ask };
}

async function firstBytes(socket: Socket): Promise<string> {
  const [piece] = (await once(socket, "data")) as [Buffer];
  return piece.toString();
}

afterEach(() => {
  vi.useRealTimers();
});

test("a server limits the number of streams of all clients; another stream is refused", async () => {
  const { streams, ask } = await serve({ total: 3 });
  const open = await Promise.all([ask(), ask(), ask()]);
  await until(() => streams.size === 3);
  const answer = await firstBytes(await ask());
  expect(answer).toMatch(/^HTTP\/1.1 429 [^]*\r\nretry-after: 10\r\n/);
  expect(answer).toContain("/problems/too-many-streams");
  open[0].destroy();
  await until(() => streams.size === 2);
  expect(await firstBytes(await ask())).toMatch(/^HTTP\/1.1 200 /);
});

test("HEAD gets only the headers, and its response ends", async () => {
  const { streams, ask } = await serve();
  const socket = await ask(GET.replace("GET", "HEAD"));
  const answer = await firstBytes(socket);
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*content-type: text\/event-stream; charset=utf-8\r\n[^]*\r\n\r\n$/);
  await until(() => streams.size === 0);
  socket.write(GET);
  expect(await firstBytes(socket)).toMatch(/^HTTP\/1.1 200 OK\r\n/);
});

test("HTTP/1.0 gets the stream without chunked encoding, and closing the connection ends the stream", async () => {
  const { streams, opened, ask } = await serve();
  const socket = await ask(GET.replace("1.1", "1.0"));
  let answer = "";
  socket.on("data", (piece: Buffer) => (answer += piece.toString()));
  await until(() => answer.endsWith("\r\n\r\nretry: 1000\n\n"));
  opened[0]?.write("data: 1\n\n");
  await until(() => answer.endsWith("\r\n\r\nretry: 1000\n\ndata: 1\n\n"));
  socket.destroy();
  await until(() => streams.size === 0);
});

test("pipelined streams are released when their connection closes", async () => {
  const { streams, ask } = await serve();
  const socket = await ask(GET.repeat(5));
  await until(() => streams.size === 5);
  socket.destroy();
  await until(() => streams.size === 0);
});

test("consecutive streams on one connection leave no listeners on it", async () => {
  const { streams, opened, ask } = await serve();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const socket = await ask("");
  socket.resume();
  for (let i = 1; i <= 30; i++) {
    socket.write(GET);
    await until(() => opened.length === i);
    opened.at(-1)?.end();
    await until(() => streams.size === 0);
  }
  expect(warnings).toEqual([]);
});

test("a reader that accepts no byte between four heartbeats is disconnected", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { streams, opened, ask } = await serve();
  const [healthy, dead] = [await ask(), await ask()];
  healthy.resume();
  dead.pause();
  await until(() => opened.length === 2 && streams.size === 2);
  opened[1]?.write("x".repeat(32 << 20));
  await until(() => dead.readableLength > 0 || dead.bytesRead > 0);
  for (let beat = 0; beat < 3; beat += 1) {
    vi.advanceTimersByTime(15_000);
    await nextTurn();
  }
  expect(streams.size).toBe(2);
  // Allow further heartbeats: the kernel may still accept bytes during the first ones, which counts as progress.
  await until(() => {
    vi.advanceTimersByTime(15_000);
    return streams.size === 1;
  });
  expect(opened.map(({ is_closed }) => is_closed)).toEqual([false, true]);
});

test("a slow reader that accepts bytes stays connected", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { streams, opened, ask } = await serve();
  const slow = await ask();
  slow.pause();
  await until(() => opened.length === 1);
  opened[0]?.write("x".repeat(64 << 20));
  let enough = 0;
  slow.on("data", () => {
    if (slow.bytesRead >= enough) slow.pause();
  });
  for (let beat = 0; beat < 8; beat += 1) {
    enough = slow.bytesRead + (4 << 20);
    slow.resume();
    await until(() => slow.isPaused());
    vi.advanceTimersByTime(15_000);
  }
  expect(streams.size).toBe(1);
  expect(opened[0]?.is_closed).toBe(false);
});

test("a reader whose unsent bytes exceed its share is disconnected", async () => {
  const { streams, opened, ask } = await serve();
  const slow = await ask();
  slow.pause();
  await until(() => streams.size === 1);
  await until(() => {
    opened[0]?.write("x".repeat(1 << 20));
    return streams.size === 0;
  });
});

test("a stopping server ends open streams and refuses new ones", async () => {
  const { streams, closing, ask } = await serve();
  const socket = await ask();
  await until(() => streams.size === 1);
  const ended = once(socket, "close");
  socket.resume();
  closing.abort();
  await until(() => streams.size === 0);
  socket.destroy();
  await ended;
  expect(await firstBytes(await ask())).toMatch(/^HTTP\/1.1 503 /);
});
