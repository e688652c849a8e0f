// Tests resumable uploads over a real connection: with requests according to tus 1.0, and with a published client.
// This file is long because it tests the whole tus protocol on one server.
import { createHash, randomBytes } from "node:crypto";
import { unlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Upload } from "tus-js-client";
import { isTerminal, type Import } from "../../../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../../../contract/problem-document.ts";
import { createTestApp } from "../../../../tests/support/app.ts";
import { authorizationFor } from "../../../../tests/support/identity/fetch-with-key.ts";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, workOn, uploadedFiles } from "../../../../tests/support/import-file.ts";
import { until } from "../../../../tests/support/until.ts";
import { takeOverSilentImports } from "../../recovery/take-over.ts";
import { appendBytes } from "./append.ts";
import { createOpenUploads } from "./open-uploads.ts";
import { findUpload, type StoredUpload } from "./store.ts";

const MAX_BYTES = 50_000_000;
const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool);
const sentToScan: number[] = [];
context.sendScan = (_db, id) => Promise.resolve(void sentToScan.push(id));
const app = await createTestApp(database, { ...context, max_upload_bytes: MAX_BYTES });
const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade");
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
  sentToScan.length = 0;
});

const TUS = { "tus-resumable": "1.0.0" };
const CSV = Buffer.from("sku,name\nA-1,One\nB-2,Two\n");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

interface Answer {
  status: number;
  headers: Headers;
  problem: ProblemDocument;
}

async function ask(method: string, url: string, headers: Record<string, string> = {}, body?: Buffer): Promise<Answer> {
  const response = await fetch(new URL(url, baseUrl), {
    method,
    headers: { ...TUS, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, problem: parse(text) as ProblemDocument };
}

const parse = (text: string): unknown => (text === "" ? {} : JSON.parse(text));

const create = (size: number, metadata = `filename ${base64("a file.csv")}`): Promise<Answer> =>
  ask("POST", "/api/uploads", { "upload-length": String(size), "upload-metadata": metadata });

async function begin(size: number, metadata?: string): Promise<string> {
  const { status, headers } = await create(size, metadata);
  expect(status).toBe(201);
  return headers.get("location") ?? "";
}

const send = (url: string, offset: number, bytes: Buffer): Promise<Answer> =>
  ask("PATCH", url, { "upload-offset": String(offset), "content-type": "application/offset+octet-stream" }, bytes);

const only = async (): Promise<Import> => {
  const { items } = (await (await fetch(`${baseUrl}/api/imports`)).json()) as { items: Import[] };
  expect(items).toHaveLength(1);
  return items[0] as Import;
};

const offsetOf = async (url: string): Promise<string | null> => (await ask("HEAD", url)).headers.get("upload-offset");

describe("a file in several requests", () => {
  test("becomes the same import as a file in a single request", async () => {
    const url = await begin(
      CSV.length,
      `filename ${base64("ä file.csv")},mode ${base64("create")},strict ${base64("true")}`,
    );
    expect(await only()).toMatchObject({
      state: "receiving",
      filename: "ä file.csv",
      size: CSV.length,
      received: 0,
      sha256: null,
      options: { mode: "create", repeats: "last", strict: true, active: true },
    });
    await pool.query("update imports set upload_expires_at = now() + interval '1 hour'");
    const first = await send(url, 0, CSV.subarray(0, 10));
    expect([first.status, first.headers.get("upload-offset")]).toEqual([204, "10"]);
    expect(Date.parse(first.headers.get("upload-expires") ?? "")).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(await only()).toMatchObject({ state: "paused", received: 10 });
    expect(sentToScan).toEqual([]);
    const last = await send(url, 10, CSV.subarray(10));
    expect([last.status, last.headers.get("upload-offset")]).toEqual([204, String(CSV.length)]);
    expect(last.headers.get("upload-expires")).toBeNull();
    const import_ = await only();
    expect(import_).toMatchObject({
      state: "scanning",
      received: CSV.length,
      upload_expires_at: null,
      sha256: createHash("sha256").update(CSV).digest("hex"),
    });
    expect(sentToScan).toEqual([import_.id]);
    expect(await workOn(context, import_.id)).toMatchObject({ state: "done", created: 2 });
    expect(await uploadedFiles(context.store.folder)).toEqual([]);
  });

  test("is accepted once, even if its last request is repeated", async () => {
    const url = await begin(CSV.length);
    await send(url, 0, CSV);
    const { id } = await only();
    for (const _ of [1, 2]) {
      expect(await send(url, CSV.length, Buffer.alloc(0))).toMatchObject({ status: 204 });
      expect(await offsetOf(url)).toBe(String(CSV.length));
    }
    expect(sentToScan).toEqual([id]);
    await workOn(context, id);
    expect(await offsetOf(url)).toBe(String(CSV.length));
    expect(await ask("DELETE", url)).toMatchObject({ status: 409, problem: { type: "/problems/already-finished" } });
  });

  test("continues only at the first missing byte", async () => {
    const url = await begin(CSV.length);
    await send(url, 0, CSV.subarray(0, 10));
    for (const offset of [0, 9, 11, 1000]) {
      const { status, problem } = await send(url, offset, CSV.subarray(offset));
      expect([status, problem.type, problem["offset"]]).toEqual([409, "/problems/upload-offset", 10]);
    }
    expect(await offsetOf(url)).toBe("10");
  });

  test("is refused if it is longer than announced", async () => {
    const url = await begin(10);
    expect(await send(url, 0, CSV)).toMatchObject({ status: 413 });
    expect(await offsetOf(url)).toBe("0");
    expect(await send(url, 0, CSV.subarray(0, 10))).toMatchObject({ status: 204 });
  });
});

/** Sends the head of a request and some of its `length` bytes. The connection stays open. */
async function sendHalf(
  url: string,
  offset: number,
  length: number,
  bytes: Buffer,
): Promise<ReturnType<typeof connect>> {
  const socket = connect(Number(new URL(baseUrl).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    `PATCH ${url} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${authorizationFor(baseUrl).authorization ?? ""}\r\ntus-resumable: 1.0.0\r\nupload-offset: ${offset}\r\n` +
      `content-type: application/offset+octet-stream\r\ncontent-length: ${length}\r\n\r\n`,
  );
  socket.write(bytes);
  await until(async () => (await only()).received > 0);
  return socket;
}

describe("a broken connection", () => {
  const whole = randomBytes(3_000_000);
  const half = whole.subarray(0, 1_500_000);

  test("does not lose the received bytes, and another request continues after them", async () => {
    const url = await begin(whole.length);
    const socket = await sendHalf(url, 0, whole.length, half);
    socket.destroy();
    await until(async () => (await only()).state === "paused");
    const offset = Number(await offsetOf(url));
    expect(offset).toBeGreaterThan(0);
    await send(url, offset, whole.subarray(offset));
    expect((await only()).sha256).toBe(createHash("sha256").update(whole).digest("hex"));
  });

  test("that the server has not noticed is closed when another request continues the upload", async () => {
    const url = await begin(whole.length);
    await sendHalf(url, 0, whole.length, half);
    const offset = Number(await offsetOf(url));
    expect(offset).toBeGreaterThan(0);
    expect(await send(url, offset, whole.subarray(offset))).toMatchObject({ status: 204 });
    expect((await only()).sha256).toBe(createHash("sha256").update(whole).digest("hex"));
  });

  test("can be continued by another server process", async () => {
    const url = await begin(CSV.length);
    await send(url, 0, CSV.subarray(0, 10));
    const other = await createTestApp(database, { ...context, max_upload_bytes: MAX_BYTES });
    const headers = { ...TUS, "upload-offset": "10", "content-type": "application/offset+octet-stream" };
    const { statusCode } = await other.inject({ method: "PATCH", url, headers, payload: CSV.subarray(10) });
    expect(statusCode).toBe(204);
    expect((await only()).sha256).toBe(createHash("sha256").update(CSV).digest("hex"));
  });

  test("that a worker wrongly considered dead still completes the upload with its last byte", async () => {
    const file = (await begin(CSV.length)).split("/").at(-1) ?? "";
    const upload = (await findUpload(pool, file)) as StoredUpload;
    async function* bytes() {
      yield CSV;
      await pool.query("update imports set state = 'paused'");
    }
    const sent = { offset: 0, bytes: bytes(), stop: () => undefined };
    expect(await appendBytes(context, createOpenUploads(), upload, sent)).toBe(CSV.length);
    expect((await only()).state).toBe("scanning");
  });

  test("pauses the upload after its server has died, and the upload fails if it is not resumed in time", async () => {
    const url = await begin(CSV.length);
    await send(url, 0, CSV.subarray(0, 10));
    await pool.query("update imports set state = 'receiving', updated_at = now() - interval '1 minute'");
    await takeOverSilentImports(context, 0);
    expect(await only()).toMatchObject({ state: "paused", received: 10 });
    await pool.query("update imports set upload_expires_at = now() - interval '1 second'");
    expect(await ask("HEAD", url)).toMatchObject({ status: 410 });
    await takeOverSilentImports(context, 0);
    expect(await only()).toMatchObject({
      state: "failed",
      problem: { type: "/problems/upload-interrupted", detail: expect.stringContaining("24 hours") as string },
    });
    expect(await uploadedFiles(context.store.folder)).toEqual([]);
  });
});

describe("a cancel", () => {
  test("that a server requested before it died is completed by a worker", async () => {
    const url = await begin(CSV.length);
    await send(url, 0, CSV.subarray(0, 10));
    await pool.query(
      "update imports set state = 'receiving', cancel_requested = true, updated_at = now() - interval '1 minute'",
    );
    await takeOverSilentImports(context, 0);
    expect(await only()).toMatchObject({ state: "cancelled", problem: null });
    expect(await uploadedFiles(context.store.folder)).toEqual([]);
  });

  test.each(["upload", "import"])("of the %s removes the file", async (what) => {
    const url = await begin(CSV.length);
    await send(url, 0, CSV.subarray(0, 10));
    const { id } = await only();
    const answer =
      what === "upload" ? await ask("DELETE", url) : await ask("POST", `/api/imports/${String(id)}/cancel`);
    expect(answer.status).toBe(what === "upload" ? 204 : 202);
    expect(await only()).toMatchObject({ state: "cancelled", upload_expires_at: null });
    expect(await uploadedFiles(context.store.folder)).toEqual([]);
    expect(await ask("HEAD", url)).toMatchObject({ status: 410 });
    expect(await send(url, 10, CSV.subarray(10))).toMatchObject({
      status: 410,
      problem: { type: "/problems/upload-gone" },
    });
  });

  test("ends an upload that has not received a byte yet", async () => {
    await begin(CSV.length);
    const { id } = await only();
    expect((await ask("POST", `/api/imports/${String(id)}/cancel`)).status).toBe(202);
    expect(await only()).toMatchObject({ state: "cancelled", problem: null });
    expect(await uploadedFiles(context.store.folder)).toEqual([]);
  });

  test("ends an upload whose request is stalled", async () => {
    const url = await begin(3_000_000);
    const socket = await sendHalf(url, 0, 3_000_000, randomBytes(1_500_000));
    const { id } = await only();
    expect((await ask("POST", `/api/imports/${String(id)}/cancel`)).status).toBe(202);
    expect(await only()).toMatchObject({ state: "cancelled", problem: null });
    socket.destroy();
    expect(await ask("HEAD", url)).toMatchObject({ status: 410 });
    expect(await uploadedFiles(context.store.folder)).toEqual([]);
  });
});

describe("X-HTTP-Method-Override", () => {
  const post = (method: string, url: string, headers: Record<string, string> = {}, body?: Buffer): Promise<Answer> =>
    ask("POST", url, { "x-http-method-override": method, ...headers }, body);

  test("turns a POST into a PATCH", async () => {
    const url = await begin(CSV.length);
    const headers = { "upload-offset": "0", "content-type": "application/offset+octet-stream" };
    expect(await post("PATCH", url, headers, CSV)).toMatchObject({ status: 204 });
    expect(await only()).toMatchObject({ state: "scanning", received: CSV.length });
  });

  test("turns a POST into a DELETE", async () => {
    const url = await begin(CSV.length);
    expect(await post("delete", url)).toMatchObject({ status: 204 });
    expect(await only()).toMatchObject({ state: "cancelled" });
  });

  test("does not apply to other methods and other routes", async () => {
    const url = await begin(CSV.length);
    expect(await post("PUT", url)).toMatchObject({ status: 404 });
    const { id } = await only();
    expect((await post("DELETE", `/api/imports/${String(id)}/cancel`)).status).toBe(202);
  });
});

test("the metadata that Uppy sends by default is ignored", async () => {
  const metadata = [
    `relativePath ${base64("null")}`,
    `name ${base64("list.csv")}`,
    `type ${base64("text/csv")}`,
    "filetype",
    `filename ${base64("list.csv")}`,
  ];
  await begin(CSV.length, metadata.join(","));
  expect(await only()).toMatchObject({ filename: "list.csv", options: { mode: "upsert" } });
});

describe("refused uploads", () => {
  test.each([
    ["another version", { "tus-resumable": "0.2.2", "upload-length": "1" }, 412, "tus-version"],
    ["an invalid length", { "upload-length": "x" }, 400, "invalid-request"],
    ["an empty file", { "upload-length": "0" }, 422, "empty-file"],
    ["a file that is too large", { "upload-length": String(MAX_BYTES + 1) }, 413, "payload-too-large"],
    [
      "an unknown option",
      { "upload-length": "1", "upload-metadata": `colour ${base64("red")}` },
      400,
      "invalid-request",
    ],
    ["a bad option", { "upload-length": "1", "upload-metadata": `mode ${base64("x")}` }, 400, "invalid-request"],
    [
      "a value that is not Base64",
      { "upload-length": "1", "upload-metadata": "filename a.csv" },
      400,
      "invalid-request",
    ],
    ["a value that is not UTF-8", { "upload-length": "1", "upload-metadata": "filename /w==" }, 400, "invalid-request"],
    [
      "a NUL in a name",
      { "upload-length": "1", "upload-metadata": `filename ${base64("a\0")}` },
      400,
      "invalid-request",
    ],
    ["a name twice", { "upload-length": "1", "upload-metadata": "mode eA==,mode eA==" }, 400, "invalid-request"],
  ])("%s", async (_, headers, status, slug) => {
    const answer = await ask("POST", "/api/uploads", headers);
    expect([answer.status, answer.problem.type]).toEqual([status, `/problems/${slug}`]);
    expect((await pool.query("select from imports")).rowCount).toBe(0);
  });

  test("an unknown upload, and an import that was sent in a single request", async () => {
    const url = "/api/uploads/00000000-0000-4000-8000-000000000000";
    expect(await ask("HEAD", url)).toMatchObject({ status: 404 });
    await fetch(`${baseUrl}/api/imports`, { method: "POST", body: CSV, headers: { "content-type": "text/csv" } });
    const [file = ""] = await uploadedFiles(context.store.folder);
    expect(await ask("HEAD", `/api/uploads/${file}`)).toMatchObject({ status: 404 });
  });

  test("a path in a file name is not used as a path", async () => {
    const url = await begin(CSV.length, `filename ${base64("../../etc/passwd")}`);
    await send(url, 0, CSV);
    expect((await only()).filename).toBe("../../etc/passwd");
    expect(await uploadedFiles(context.store.folder)).toHaveLength(1);
  });
});

describe("limits of unfinished uploads", () => {
  const as = (client: string, size: number): Promise<Answer> =>
    ask("POST", "/api/uploads", { "upload-length": String(size), "x-forwarded-for": client });
  const stateOf = async (answer: Answer): Promise<number> =>
    (await ask("HEAD", answer.headers.get("location") ?? "")).status;

  test("a client that exceeds its limit loses its upload that has been silent for longest, and other clients lose none", async () => {
    const others = await as("192.0.2.2", 10);
    const first = await as("192.0.2.1", 10);
    const second = await as("192.0.2.1", 10);
    for (let i = 0; i < 18; i++) await as("192.0.2.1", 10);
    expect(await stateOf(first)).toBe(204);
    // Received bytes show that the client is still sending.
    await send(first.headers.get("location") ?? "", 0, CSV.subarray(0, 5));
    expect(await as("192.0.2.1", 10)).toMatchObject({ status: 201 });
    expect([await stateOf(first), await stateOf(second), await stateOf(others)]).toEqual([204, 410, 204]);
    const { rows } = await pool.query("select state, problem from imports where state = 'failed'");
    expect(rows).toMatchObject([{ problem: { type: "/problems/too-many-uploads", status: 429 } }]);
  });

  test("the total size of a client's uploads is limited", async () => {
    const [first, second] = [await as("192.0.2.1", MAX_BYTES), await as("192.0.2.1", MAX_BYTES)];
    expect(await stateOf(first)).toBe(204);
    await as("192.0.2.1", 1);
    expect([await stateOf(first), await stateOf(second)]).toEqual([410, 204]);
  });

  test("an upload that is evicted while it receives bytes ends, and its file is removed", async () => {
    const first = await as("192.0.2.1", CSV.length);
    const file = (first.headers.get("location") ?? "").split("/").at(-1) ?? "";
    const upload = (await findUpload(pool, file)) as StoredUpload;
    async function* bytes() {
      yield CSV.subarray(0, 10);
      await pool.query("update imports set updated_at = 'epoch'");
      for (let i = 0; i < 20; i++) await as("192.0.2.1", 10);
      yield CSV.subarray(10);
    }
    const sent = { offset: 0, bytes: bytes(), stop: () => undefined };
    const append = appendBytes(context, createOpenUploads(), upload, sent);
    await expect(append).rejects.toMatchObject({ slug: "upload-gone" });
    expect(await uploadedFiles(context.store.folder)).toEqual([]);
  });

  test("a full disk evicts a client's uploads only if the new upload then fits", async () => {
    const disk = { freeBytes: () => Promise.resolve(100) };
    const small = await createTestApp(database, { ...context, disk, max_upload_bytes: MAX_BYTES });
    const beginSmall = (client: string, size: number) =>
      small.inject({
        method: "POST",
        url: "/api/uploads",
        headers: { ...TUS, "upload-length": String(size), "x-forwarded-for": client },
      });
    expect(await beginSmall("192.0.2.1", 60)).toMatchObject({ statusCode: 201 });
    const refused = await beginSmall("192.0.2.2", 60);
    expect([refused.statusCode, refused.json()]).toMatchObject([507, { type: "/problems/disk-full" }]);
    expect(await beginSmall("192.0.2.1", 101)).toMatchObject({ statusCode: 507 });
    expect(await only()).toMatchObject({ state: "receiving" });
    expect(await beginSmall("192.0.2.1", 70)).toMatchObject({ statusCode: 201 });
    const { rows } = await pool.query("select state, size from imports order by id");
    expect(rows).toEqual([
      { state: "failed", size: 60 },
      { state: "receiving", size: 70 },
    ]);
  });
});

test("another server, which does not see the received bytes, refuses to continue the upload, and can discard it", async () => {
  const url = await begin(CSV.length);
  await send(url, 0, CSV.subarray(0, 10));
  const other = await createTestApp(database, { ...(await createImportContext(pool)), max_upload_bytes: MAX_BYTES });
  const askOther = (method: "HEAD" | "PATCH" | "DELETE", payload?: Buffer) =>
    other.inject({
      method,
      url,
      headers: { ...TUS, "upload-offset": "10", "content-type": "application/offset+octet-stream" },
      ...(payload === undefined ? {} : { payload }),
    });
  expect((await askOther("HEAD")).statusCode).toBe(409);
  const refused = await askOther("PATCH", CSV.subarray(10));
  expect([refused.statusCode, refused.json()]).toMatchObject([409, { type: "/problems/other-server" }]);
  expect(await only()).toMatchObject({ state: "paused", received: 10 });
  expect((await askOther("DELETE")).statusCode).toBe(204);
  expect(await only()).toMatchObject({ state: "cancelled" });
});

test("OPTIONS reports the version, the extensions and the maximum size", async () => {
  const { status, headers } = await ask("OPTIONS", "/api/uploads");
  expect(status).toBe(204);
  expect(headers.get("tus-version")).toBe("1.0.0");
  expect(headers.get("tus-extension")).toBe("creation,expiration,termination");
  expect(headers.get("tus-max-size")).toBe(String(MAX_BYTES));
});

test("a published client can send a file in several requests and resume it", async () => {
  const whole = randomBytes(1_000_000);
  const options = {
    endpoint: `${baseUrl}/api/uploads`,
    chunkSize: 300_000,
    metadata: { filename: "tus.csv" },
    headers: { ...authorizationFor(baseUrl) },
  };
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(whole, {
      ...options,
      onError: reject,
      onChunkComplete: (_size, sent) => {
        if (sent < 600_000) return;
        void upload.abort();
        resolve(upload.url ?? "");
      },
    });
    upload.start();
  });
  expect(isTerminal((await only()).state)).toBe(false);
  await new Promise<void>((resolve, reject) => {
    new Upload(whole, {
      ...options,
      uploadUrl: url,
      onError: reject,
      onSuccess: () => {
        resolve();
      },
    }).start();
  });
  expect(await only()).toMatchObject({
    filename: "tus.csv",
    state: "scanning",
    sha256: createHash("sha256").update(whole).digest("hex"),
  });
});
