// Tests that every kind of request sends the API key, and that no other server gets it.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { export_products } from "../contract/catalog/export.ts";
import { get_import } from "../contract/imports/imports.ts";
import { toProblemDocument } from "../contract/problem-document.ts";
import { Problem, type ProblemSlug } from "../contract/problems.ts";
import { call } from "./call.ts";
import { download } from "./download.ts";
import { openStream } from "./stream/open-stream.ts";
import { uploadPath, uploadStream } from "./upload.ts";
import { watchEvents } from "./watch-events.ts";
import { watchImport } from "./watch.ts";

const KEY = `sku_${"k".repeat(43)}`;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

interface Target {
  base_url: string;
  key?: string | undefined;
}
const csv = () => Readable.from([Buffer.from("sku\n1\n")]);
/** A mapping that is sent in a form, because it is too long for a URL. */
const LONG_MAPPING = JSON.stringify({ key: "sku", name: "x".repeat(7000) });

async function uploadFile(target: Target): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-"));
  closing.push(() => rm(folder, { recursive: true }));
  const path = join(folder, "a.csv");
  await writeFile(path, "sku\n1\n");
  return uploadPath(path, target);
}

const PATHS: [string, (target: Target) => Promise<unknown>][] = [
  ["a call", (target) => call(get_import, { params: { id: 1 } }, target)],
  ["a download", async (target) => Array.fromAsync(await download(export_products, { querystring: {} }, target))],
  ["an upload of a file", uploadFile],
  ["an upload of a stream", (target) => uploadStream(csv(), { ...target, filename: "a.csv", size: null })],
  [
    "an upload in a form",
    (target) =>
      uploadStream(csv(), {
        ...target,
        filename: "a.csv",
        size: 6,
        options: { mapping: LONG_MAPPING },
      }),
  ],
  ["an event stream", ({ base_url, key }) => Array.fromAsync(openStream(`${base_url}/api/events`, { key }))],
  ["a watch of an import", (target) => Array.fromAsync(watchImport(1, target))],
  [
    "a watch of all events",
    (target) => Array.fromAsync(watchEvents({ ...target, signal: new AbortController().signal })),
  ],
];

test.each(PATHS)("%s sends the key in a header and not in its URL", async (_, request) => {
  const seen: { url: string | undefined; authorization: string | undefined }[] = [];
  const baseUrl = await serve((message, response) => {
    seen.push({ url: message.url, authorization: message.headers.authorization });
    refuse(response, "sign-in-required");
  });
  await expect(request({ base_url: baseUrl, key: KEY })).rejects.toMatchObject({ slug: "sign-in-required" });
  await expect(request({ base_url: baseUrl })).rejects.toMatchObject({ slug: "sign-in-required" });
  expect(seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${KEY}`, undefined]);
  expect(seen.every(({ url }) => !url?.includes("kkkk"))).toBe(true);
});

test.each(PATHS)("%s ends with the problem at the first response with status 401 or 403", async (_, request) => {
  for (const slug of ["sign-in-required", "not-permitted"] as const) {
    let requests = 0;
    const baseUrl = await serve((_message, response) => {
      requests++;
      refuse(response, slug);
    });
    const error: unknown = await request({ base_url: baseUrl, key: KEY }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ slug, message: "No." });
    expect(requests).toBe(1);
  }
});

test.each(PATHS)("%s does not follow a redirect with the key", async (_, request) => {
  let stolen = 0;
  const other = await serve((_message, response) => {
    stolen++;
    response.writeHead(200).end("{}");
  });
  const baseUrl = await serve((message, response) => {
    message.resume();
    response.writeHead(307, { location: `${other}/api/imports/1` }).end();
  });
  await expect(request({ base_url: baseUrl, key: KEY })).rejects.toMatchObject({
    name: "UnreachableError",
    message: expect.stringContaining(`redirects to ${other}`) as string,
  });
  expect(stolen).toBe(0);
});

test.each(PATHS)(
  "%s with a malformed key fails without a request, and the error does not contain the key",
  async (_, request) => {
    let requests = 0;
    const baseUrl = await serve((_message, response) => {
      requests++;
      response.end();
    });
    for (const key of ["", "sku_secret\r\nx-evil: 1", "sku_secret ü"]) {
      const error: unknown = await request({ base_url: baseUrl, key }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ slug: "sign-in-required" });
      expect(String(error)).not.toContain("secret");
    }
    expect(requests).toBe(0);
  },
);

test("a watch whose credential ends while it is open reconnects once and ends with the problem", async () => {
  let requests = 0;
  const baseUrl = await serve((message, response) => {
    requests++;
    if (message.headers["last-event-id"] !== undefined) {
      refuse(response, "sign-in-required");
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('event: import\nid: 1\ndata: {"version":1,"state":"loading"}\n\n', () => response.destroy());
  });
  const target = { base_url: baseUrl, key: KEY };
  await expect(Array.fromAsync(watchImport(1, target))).rejects.toMatchObject({ slug: "sign-in-required" });
  expect(requests).toBe(2);
  const states: (boolean | null)[] = [];
  const events = watchEvents({ ...target, signal: new AbortController().signal, onState: (open) => states.push(open) });
  await expect(Array.fromAsync(events)).rejects.toMatchObject({ slug: "sign-in-required" });
  expect(requests).toBe(4);
  expect(states).toEqual([true, null, false]);
});

test("a file that a busy server refuses is sent again with the key", async () => {
  const keys: (string | undefined)[] = [];
  const baseUrl = await serve((message, response) => {
    keys.push(message.headers.authorization);
    message.resume();
    if (keys.length === 1) refuse(response, "too-many-files");
    else message.once("end", () => response.writeHead(201).end("{}"));
  });
  const upload = { base_url: baseUrl, key: KEY, busy_pause_ms: 1, filename: "a.csv", size: 6 };
  await uploadStream(csv(), upload);
  expect(keys).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
});

function refuse(response: ServerResponse, slug: ProblemSlug): void {
  const document = toProblemDocument(new Problem(slug, "No."));
  response.writeHead(document.status, { "content-type": "application/problem+json" }).end(JSON.stringify(document));
}
