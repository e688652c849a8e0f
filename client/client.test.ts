// Tests the client with a small server that misbehaves on purpose.
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { get_import, type Import } from "../contract/imports/imports.ts";
import { toProblemDocument } from "../contract/problem-document.ts";
import { Problem } from "../contract/problems.ts";
import { makeCertificate } from "../tests/support/network/certificates.ts";
import { until } from "../tests/support/until.ts";
import { UnreachableError } from "./answer.ts";
import { call } from "./call.ts";
import { uploadPath, uploadStream } from "./upload.ts";
import { watchImport } from "./watch.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
}

const event = (state: Partial<Import>) =>
  `event: import\nid: ${String(state.version)}\ndata: ${JSON.stringify(state)}\n\n`;

test("a problem document becomes a Problem that also has the document's additional members", async () => {
  const baseUrl = await serve((_, response) => {
    const document = toProblemDocument(
      new Problem("no-sku-column", "Name one.", { extra: { headers: ["a"] } }),
      "req-1",
    );
    response.writeHead(422, { "content-type": "application/problem+json" }).end(JSON.stringify(document));
  });
  const error: unknown = await call(get_import, { params: { id: 1 } }, { base_url: baseUrl }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({
    slug: "no-sku-column",
    message: "Name one.",
    extra: { headers: ["a"], instance: "req-1" },
  });
});

test("a refused connection and a response from another program each throw an UnreachableError", async () => {
  const refused = await call(get_import, { params: { id: 1 } }, { base_url: "http://127.0.0.1:9" }).catch(
    (e: unknown) => e,
  );
  expect(refused).toBeInstanceOf(UnreachableError);
  const baseUrl = await serve((_, response) => response.writeHead(502).end("<html>"));
  await expect(call(get_import, { params: { id: 1 } }, { base_url: baseUrl })).rejects.toMatchObject({
    name: "UnreachableError",
    status: 502,
  });
});

test("a certificate that Node.js does not accept is named as the cause", async () => {
  const server = createTlsServer(await makeCertificate(["localhost"])).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const baseUrl = `https://localhost:${(server.address() as AddressInfo).port.toString()}`;
  await expect(call(get_import, { params: { id: 1 } }, { base_url: baseUrl })).rejects.toMatchObject({
    name: "UnreachableError",
    message: expect.stringMatching(/certificate of https:\/\/localhost:\d+ is not accepted: self-signed/) as string,
  });
});

test("a response that never ends throws an UnreachableError, and the client stops reading", async () => {
  const piece = Buffer.alloc(1 << 20, " ");
  let closed = 0;
  const baseUrl = await serve((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.once("close", () => closed++);
    const send = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on("drain", send);
    send();
  });
  const endless = { name: "UnreachableError", message: expect.stringContaining("larger than 100 MB") as string };
  await expect(call(get_import, { params: { id: 1 } }, { base_url: baseUrl })).rejects.toMatchObject(endless);
  const upload = uploadStream(Readable.from([Buffer.from("sku")]), { base_url: baseUrl, filename: "a.csv", size: 3 });
  await expect(upload).rejects.toMatchObject(endless);
  await until(() => closed === 2);
});

test("watching an import continues after an interrupted stream and a busy server, and stops when the import has ended", async () => {
  const asked: (string | undefined)[] = [];
  const baseUrl = await serve((request, response) => {
    if (!request.url?.endsWith("/events")) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ version: 3, state: "loading" }));
      return;
    }
    asked.push(request.headers["last-event-id"] as string | undefined);
    if (asked.length === 2) return response.writeHead(503).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (asked.length === 1) {
      response.write(event({ version: 1, state: "scanning" }));
      response.write(event({ version: 2, state: "loading" }), () => response.destroy());
    } else {
      response.write(event({ version: 3, state: "loading" }) + event({ version: 4, state: "done" }));
    }
  });
  const heard: boolean[] = [];
  const states = await Array.fromAsync(
    watchImport(1, { base_url: baseUrl, onConnection: (connected) => heard.push(connected) }),
  );
  expect(states.map((state) => state.version)).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual([undefined, "2", "3"]);
  expect(heard).toContain(false);
  expect(heard.at(-1)).toBe(true);
});

test("watching an import that does not exist throws the Problem", async () => {
  const baseUrl = await serve((_, response) => {
    response.writeHead(404).end(JSON.stringify(toProblemDocument(new Problem("not-found", "There is no import 9."))));
  });
  await expect(Array.fromAsync(watchImport(9, { base_url: baseUrl }))).rejects.toMatchObject({ slug: "not-found" });
});

test("watching stops when its signal is aborted", async () => {
  const baseUrl = await serve((_, response) => response.writeHead(503).end());
  const signal = AbortSignal.timeout(300);
  await expect(Array.fromAsync(watchImport(1, { base_url: baseUrl, signal }))).rejects.toMatchObject({
    name: "TimeoutError",
  });
});

test("an upload sends the bytes, the file name and the options, and reports its progress", async () => {
  const folder = await mkdtemp(join(tmpdir(), "skuport-"));
  closing.push(() => rm(folder, { recursive: true }));
  const path = join(folder, "a & b.csv");
  await writeFile(path, Buffer.alloc(5_000_000, "x"));
  let url = "";
  const baseUrl = await serve((request, response) => {
    url = request.url ?? "";
    let received = 0;
    request.on("data", (piece: Buffer) => (received += piece.length));
    request.on("end", () => {
      response.writeHead(201);
      response.end(JSON.stringify({ id: 1, received, size: Number(request.headers["content-length"]) }));
    });
  });
  const progress: number[] = [];
  const sent = await uploadPath(path, {
    base_url: baseUrl,
    options: { mode: "create" },
    onProgress: (bytes) => progress.push(bytes),
  });
  expect(sent).toEqual({ id: 1, received: 5_000_000, size: 5_000_000 });
  expect(url).toBe("/api/imports?mode=create&filename=a+%26+b.csv");
  expect(progress.at(-1)).toBe(5_000_000);
});

test("an upload that the server refuses before the end of the file throws the server's problem", async () => {
  const baseUrl = await serve((request, response) => {
    request.once("data", () => {
      response.writeHead(413, { connection: "close" });
      response.end(JSON.stringify(toProblemDocument(new Problem("payload-too-large", "At most 1 MB."))));
    });
  });
  // eslint-disable-next-line @typescript-eslint/require-await -- this source never waits
  const endless = async function* () {
    for (;;) yield Buffer.alloc(65_536);
  };
  await expect(uploadStream(endless(), { base_url: baseUrl, filename: "big.csv", size: null })).rejects.toMatchObject({
    slug: "payload-too-large",
  });
});

test(
  "an upload throws an UnreachableError if there is no server, the file system's error if the file is missing, and " +
    "the signal's reason if the signal is aborted",
  async () => {
    const source = () => Readable.from([Buffer.from("sku\n")]);
    await expect(
      uploadStream(source(), { base_url: "http://127.0.0.1:9", filename: "a", size: 4 }),
    ).rejects.toBeInstanceOf(UnreachableError);
    await expect(uploadPath("/nowhere.csv", { base_url: "http://127.0.0.1:9" })).rejects.toMatchObject({
      code: "ENOENT",
    });
    const baseUrl = await serve(() => undefined);
    const signal = AbortSignal.timeout(100);
    await expect(uploadStream(source(), { base_url: baseUrl, filename: "a", size: 4, signal })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  },
);

test("a file or stream that a busy server refuses is sent again from the beginning", async () => {
  let requests = 0;
  const baseUrl = await serve((request, response) => {
    if (++requests % 2 === 1) {
      request.resume();
      response.writeHead(503);
      response.end(JSON.stringify(toProblemDocument(new Problem("too-many-files", "32 files are being received."))));
      return;
    }
    let received = 0;
    request.on("data", (chunk: Buffer) => (received += chunk.length));
    request.on("end", () => response.writeHead(201).end(JSON.stringify({ received })));
  });
  const folder = await mkdtemp(join(tmpdir(), "skuport-"));
  closing.push(() => rm(folder, { recursive: true }));
  const path = join(folder, "a.csv");
  await writeFile(path, Buffer.alloc(3_000_000, "x"));
  const onBusy = vi.fn();
  const upload = { base_url: baseUrl, busy_pause_ms: 1, onBusy };
  expect(await uploadPath(path, upload)).toEqual({ received: 3_000_000 });
  const source = Readable.from([Buffer.alloc(1_000_000), Buffer.alloc(2_000_000)]);
  expect(await uploadStream(source, { ...upload, filename: "b.csv", size: null })).toEqual({ received: 3_000_000 });
  expect(onBusy).toHaveBeenCalledTimes(2);
});

test("an upload sends its request only after the source has produced the first byte", async () => {
  let requests = 0;
  const baseUrl = await serve((request, response) => {
    requests++;
    request.resume().on("end", () => response.writeHead(201).end("{}"));
  });
  const source = new PassThrough();
  const sent = uploadStream(source, { base_url: baseUrl, filename: "a.csv", size: null });
  await fetch(baseUrl, { method: "POST", body: "x" });
  expect(requests).toBe(1);
  source.end("sku\n");
  await sent;
  expect(requests).toBe(2);
});
