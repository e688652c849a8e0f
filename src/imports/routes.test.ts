// Tests the HTTP API of imports over a real connection: accepted and refused requests, and the fields of an import.
// This file is long because it tests all endpoints of imports on one database.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { unlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { import_, type Import, type Reject } from "../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";
import { createTestApp } from "../../tests/support/app.ts";
import { authorizationFor } from "../../tests/support/identity/fetch-with-key.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import {
  createImportContext,
  leftovers,
  NOTHING_LEFT,
  workOn,
  uploadedFiles,
} from "../../tests/support/import-file.ts";
import { until } from "../../tests/support/until.ts";
import { runLoader } from "./load/loader.ts";
import { runScan } from "./scan/run-scan.ts";

const MAX_BYTES = 2_000_000;
const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool, 50);
const app = await createTestApp(database, { ...context, max_upload_bytes: MAX_BYTES });
const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade");
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
});

const CSV = "sku,name,Brand\nA-1,One,Acme\na-1,Uno,Acme\nB-2,,Acme\n";
const signal = new AbortController().signal;
type Body = NonNullable<RequestInit["body"]>;

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast by another name, as in response.json()
async function post<T = Import>(
  query: string,
  body: Body | null,
  type: string | null = "text/csv",
): Promise<{ status: number; headers: Headers; body: T }> {
  const response = await fetch(`${baseUrl}/api/imports${query}`, {
    method: "POST",
    body,
    headers: type === null ? {} : { "content-type": type },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- see post
async function get<T>(path: string): Promise<{ status: number; headers: Headers; body: T }> {
  const response = await fetch(`${baseUrl}${path}`);
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}

const refused = (query: string, body: Body | null, type?: string | null) => post<ProblemDocument>(query, body, type);

const importsMade = async (): Promise<number> =>
  (await pool.query<{ made: number }>("select count(*)::int as made from imports")).rows[0]?.made ?? -1;

const pointersOf = ({ errors = [] }: ProblemDocument): string[] => errors.map(({ pointer }) => pointer).sort();

/** Sends a file and runs its import to the end. */
async function importAll(query: string, body: Body, type?: string): Promise<Import> {
  const { status, body: made } = await post(query, body, type);
  expect(status, JSON.stringify(made)).toBe(201);
  await workOn(context, made.id);
  return (await get<Import>(`/api/imports/${made.id}`)).body;
}

describe("a file as the body", () => {
  test.each(["text/csv", "text/csv; charset=utf-8", "application/octet-stream"])("is accepted as %s", async (type) => {
    const { status, headers, body } = await post("?filename=a%20file.csv", CSV, type);
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/api/imports/${body.id}`);
    expect(body).toMatchObject({
      state: "scanning",
      filename: "a file.csv",
      size: CSV.length,
      received: CSV.length,
      sha256: createHash("sha256").update(CSV).digest("hex"),
      options: { mode: "upsert", repeats: "last", strict: false, active: true },
      dialect: null,
      rows: null,
      changeset_id: null,
      problem: null,
    });
    expect((await get(`/api/imports/${body.id}`)).body).toMatchObject({ id: body.id, state: "scanning" });
  });

  test("becomes an import with all fields of the contract", async () => {
    const ended = await importAll("", CSV);
    expect(import_.strict().parse(ended)).toEqual(ended);
    expect(ended).toMatchObject({
      state: "done",
      filename: "upload.csv",
      dialect: { encoding: "utf-8", delimiter: ",", quote: '"', escape: '"', line_ending: "lf", header: true },
      columns: [
        { name: "sku", target: "sku" },
        { name: "name", target: "name" },
        { name: "Brand", target: "attribute" },
      ],
      lines: 4,
      rows: 3,
      created: 1,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      adds: 0,
      superseded: 1,
      rejected: 1,
      fraction: 1,
    });
    expect(ended.changeset_id).toBeGreaterThan(0);
    expect(ended.rows_per_second).toBeGreaterThan(0);
    expect(ended.elapsed_ms.total).toBeGreaterThanOrEqual(ended.elapsed_ms.load);
    expect(Date.parse(ended.finished_at ?? "")).toBeGreaterThanOrEqual(Date.parse(ended.started_at ?? ""));
  });

  test("can be sent without a length", async () => {
    const body = new ReadableStream({
      start(controller) {
        for (const text of [CSV.slice(0, 20), CSV.slice(20)]) controller.enqueue(Buffer.from(text));
        controller.close();
      },
    });
    const response = await fetch(`${baseUrl}/api/imports`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body,
      duplex: "half",
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ size: CSV.length, received: CSV.length });
  });

  test.each([
    ["with another type", "{}", "application/json", 415, "/problems/unsupported-media-type"],
    ["without a type", Buffer.from(CSV), null, 415, "/problems/unsupported-media-type"],
    ["without bytes", "", "text/csv", 422, "/problems/empty-file"],
    ["that is missing", null, null, 422, "/problems/empty-file"],
  ] as const)("%s is refused", async (_, body, type, status, problem) => {
    const answer = await refused("", body, type);
    expect([answer.status, answer.body.type]).toEqual([status, problem]);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, title: expect.any(String) as string });
    expect(answer.body.detail.length).toBeGreaterThan(20);
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("is refused if it is too large, with or without a length, and its import fails", async () => {
    const large = Buffer.alloc(MAX_BYTES + 1, "a");
    for (const body of [large, new Blob([large]).stream()]) {
      const response = await fetch(`${baseUrl}/api/imports`, {
        method: "POST",
        headers: { "content-type": "text/csv" },
        body,
        duplex: "half",
      });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ type: "/problems/payload-too-large" });
    }
    const { items } = (await get<{ items: Import[] }>("/api/imports")).body;
    expect(items.map(({ state, problem }) => [state, problem?.type])).toEqual([
      ["failed", "/problems/payload-too-large"],
      ["failed", "/problems/payload-too-large"],
    ]);
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("becomes a failed import if the client closes the connection", async () => {
    const socket = connect(Number(new URL(baseUrl).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      "POST /api/imports?filename=torn.csv HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\n" +
        `authorization: ${authorizationFor(baseUrl).authorization ?? ""}\r\ncontent-length: 5000\r\n\r\nsku,name\n`,
    );
    await until(async () => (await importsMade()) > 0);
    socket.destroy();
    const failed = await until(async () => {
      const [newest] = (await get<{ items: Import[] }>("/api/imports")).body.items;
      return newest?.state === "failed" ? newest : undefined;
    });
    expect(failed).toMatchObject({ filename: "torn.csv", problem: { type: "/problems/upload-interrupted" } });
    await until(async () => (await leftovers(context)).files.length === 0);
  });
});

describe("options", () => {
  test("with errors are refused with all errors, before the file is received", async () => {
    const { status, body } = await refused(
      "?mode=replace&strict=perhaps&preamble=-1&header=5&delimiter=&quote=%27%27",
      CSV,
    );
    expect([status, body.type]).toEqual([400, "/problems/invalid-request"]);
    expect(pointersOf(body)).toEqual(
      ["delimiter", "header", "mode", "preamble", "quote", "strict"].map((name) => `/querystring/${name}`),
    );
    expect(await importsMade()).toBe(0);
  });

  test.each([
    ["?mod=update", "an unknown option"],
    ["?mode=create&mode=update", "an option twice"],
    ["?filename=", "an empty name"],
    [`?filename=${"n".repeat(256)}`, "a name that is too long"],
    ["?filename=a%00b", "a NUL in the name"],
    ["?delimiter=%00", "a NUL as delimiter"],
    ["?quote=%00", "a NUL as quote"],
    ["?escape=%00", "a NUL as escape"],
    ["?quote=%C3%A4", "a quote that is not ASCII"],
    ["?delimiter=%0A", "a line end as delimiter"],
    ["?delimiter=%2C&quote=%2C", "the same character twice"],
    ["?delimiter=%22", "the usual quote as delimiter"],
    ["?delimiter=a%22b", "the usual quote in the delimiter"],
    ["?delimiter=%5C&escape=%5C", "the escape as delimiter"],
    ["?preamble=", "an empty number of lines"],
    ["?preamble=1e2", "a number of lines that is not written in digits"],
    ["?encoding=utf-7", "an encoding that is not supported"],
    ["?encoding=klingon", "an unknown encoding"],
  ])("%s: %s is refused", async (query) => {
    const { status, body } = await refused(query, CSV);
    expect([status, body.type], JSON.stringify(body)).toEqual([400, "/problems/invalid-request"]);
    expect(await importsMade()).toBe(0);
  });

  test("override the detected dialect", async () => {
    const odd = Buffer.from("written by hand\nsku|name|text\nA|Caf\xe9|'it''s'\n", "latin1");
    const ended = await importAll("?encoding=windows-1252&delimiter=%7C&quote='&escape='&preamble=1&header=true", odd);
    expect(ended).toMatchObject({
      state: "done",
      created: 1,
      dialect: { encoding: "windows-1252", delimiter: "|", quote: "'", escape: "'", preamble: 1, header: true },
    });
    expect((await get("/api/products/a")).body).toMatchObject({ name: "Café", attributes: { text: "it's" } });

    expect(await importAll("?quote=%2C", "sku;name\nA;,One; 1,\n")).toMatchObject({
      dialect: { delimiter: ";", quote: "," },
      updated: 1,
    });
    const wrong = await importAll("?delimiter=%3B", CSV);
    expect(wrong).toMatchObject({
      state: "failed",
      dialect: { delimiter: ";" },
      problem: { type: "/problems/no-sku-column", headers: ["sku,name,Brand"] },
    });
  });

  test.each([
    ["UTF-8", "utf-8"],
    ["utf8", "utf-8"],
    ["Windows-1252", "windows-1252"],
    ["cp1252", "windows-1252"],
    ["ISO-8859-1", "windows-1252"],
    ["UTF-16", "utf-16le"],
    ["unicodefffe", "utf-16be"],
  ])("accept the WHATWG label %s as encoding", async (label, encoding) => {
    const { status, body } = await post(`?encoding=${label}`, CSV);
    expect([status, body.options.encoding]).toEqual([201, encoding]);
    const form = new FormData();
    form.append("encoding", label);
    form.append("preamble", "2");
    form.append("file", new File([CSV], "a.csv"));
    expect((await post("", form, null)).body.options).toMatchObject({ encoding, preamble: 2 });
  });

  test("decide which rows are applied", async () => {
    await importAll("?active=false", "sku,name\nA,One\n");
    expect((await get("/api/products/A")).body).toMatchObject({ active: false, name: "One" });
    expect(await importAll("?mode=create", "sku,name\nA,Uno\nB,Two\n")).toMatchObject({ created: 1, rejected: 1 });
    expect(await importAll("?mode=update", "sku,name\nA,Uno\nC,Three\n")).toMatchObject({ updated: 1, rejected: 1 });
    expect(await importAll("?repeats=first", "sku,name\nD,1\nD,2\n")).toMatchObject({ created: 1, superseded: 1 });
    expect((await get("/api/products/D")).body).toMatchObject({ name: "1", active: true });
    expect(await importAll("?repeats=reject", "sku,name\nE,1\nE,2\n")).toMatchObject({ created: 1, rejected: 1 });
    expect(await importAll("?strict=true", "sku,name\nF,1\n,2\n")).toMatchObject({
      state: "failed",
      created: 0,
      rejected: 1,
      problem: { type: "/problems/rejected-rows" },
    });
    expect((await get("/api/products/F")).status).toBe(404);
  });
});

describe("a file in a form", () => {
  const formOf = (...parts: [name: string, value: string | File][]): FormData => {
    const form = new FormData();
    for (const [name, value] of parts) form.append(name, value);
    return form;
  };
  const file = new File([CSV], "übersicht.csv", { type: "text/csv" });
  /** Sends the text as the body of a form, for forms that FormData cannot create. */
  const raw = (text: string): Promise<{ status: number; body: ProblemDocument }> =>
    refused("", text.replaceAll("\n", "\r\n"), "multipart/form-data; boundary=x");

  test("is received under its name, with the fields before it as options", async () => {
    const { status, headers, body } = await post(
      "?mode=create&repeats=first",
      formOf(["mode", "update"], ["strict", "true"], ["file", file]),
      null,
    );
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/api/imports/${body.id}`);
    expect(body).toMatchObject({
      filename: "übersicht.csv",
      size: CSV.length,
      sha256: createHash("sha256").update(CSV).digest("hex"),
      options: { mode: "update", repeats: "first", strict: true },
    });
    await workOn(context, body.id);
    expect((await get(`/api/imports/${body.id}`)).body).toMatchObject({ state: "failed", rejected: 2 });
  });

  test("can have no name, and bytes that look like a boundary", async () => {
    const tricky = 'sku,name\nA,"--x\r\n--xy"\n';
    const text = `--x\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: text/csv\r\n\r\n${tricky}\r\n--x--\r\n`;
    const { status, body } = await post(
      "?filename=from-the-query.csv",
      text,
      "multipart/form-data; boundary=x--------x",
    );
    expect([status, body.sha256]).not.toEqual([201, ""]);
    const good = text.replaceAll(/--x(?=\r\n(?:C|$)|--\r\n$)/g, "--boundary");
    const made = await post("?filename=from-the-query.csv", good, "multipart/form-data; boundary=boundary");
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ filename: "from-the-query.csv", size: tricky.length });
    await workOn(context, made.body.id);
    expect((await get("/api/products/A")).body).toMatchObject({ name: "--x\r\n--xy" });
  });

  test.each([
    ["without a file", formOf(["mode", "update"]), /contains no file/],
    ["with its file in another field", formOf(["upload", file]), /in the field "upload"/],
    ["with an option after the file", formOf(["file", file], ["mode", "update"]), /"mode" comes after the file/],
    ["with an option twice", formOf(["mode", "create"], ["mode", "update"], ["file", file]), /"mode" twice/],
    ["with two files", formOf(["file", file], ["file", file]), /more than one file/],
    ["with a very long value", formOf(["mode", "u".repeat(5000)], ["file", file]), /"mode" is too long/],
    ["with a very long name", formOf(["file", new File([CSV], `${"n".repeat(300)}.csv`)]), /file's name/],
    [
      "with hundreds of fields",
      formOf(...Array.from({ length: 300 }, (_, i) => [`f${i}`, "1"] as [string, string]), ["file", file]),
      /too many fields/,
    ],
  ])("%s is refused and leaves nothing behind", async (_, form, reason) => {
    const { status, body } = await refused("", form, null);
    expect([status, body.type]).toEqual([400, "/problems/invalid-request"]);
    expect(body.detail).toMatch(reason);
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
    const { items } = (await get<{ items: Import[] }>("/api/imports")).body;
    expect(items.filter(({ state }) => state !== "failed")).toEqual([]);
  });

  test("is refused with all errors of its options", async () => {
    const form = formOf(["mode", "replace"], ["preamble", "many"], ["__proto__", "1"], ["file", file]);
    const { status, body } = await refused("?repeats=first", form, null);
    expect([status, body.type]).toEqual([400, "/problems/invalid-request"]);
    expect(pointersOf(body)).toEqual(["/body", "/body/mode", "/body/preamble"]);
    expect(await importsMade()).toBe(0);
  });

  test.each([
    ["without a boundary", "multipart/form-data"],
    ["with another boundary", "multipart/form-data; boundary=other"],
  ])("%s is refused as unreadable", async (_, type) => {
    const { status, body } = await refused("", "--x\r\n\r\n--x--\r\n", type);
    expect([status, body.type]).toEqual([400, "/problems/invalid-request"]);
    expect(await importsMade()).toBe(0);
  });

  test("is an interrupted upload if the form ends within the file", async () => {
    const { status, body } = await raw(
      '--x\nContent-Disposition: form-data; name="file"; filename="a.csv"\n\nsku,name\nA,1',
    );
    expect([status, body.type]).toEqual([400, "/problems/upload-interrupted"]);
    const { items } = (await get<{ items: Import[] }>("/api/imports")).body;
    expect(items).toMatchObject([{ state: "failed", problem: { type: "/problems/upload-interrupted" } }]);
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });
});

describe("the list", () => {
  test("has pages, the newest import first", async () => {
    const ids: number[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await post("", CSV)).body.id);
    const first = (await get<{ items: Import[]; next_cursor: string }>("/api/imports?limit=2")).body;
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = (await get<{ items: Import[] }>(`/api/imports?limit=200&cursor=${first.next_cursor}`)).body;
    expect(rest.items.slice(0, 3)).toMatchObject(ids.slice(2).map((id) => ({ id })));
    expect(rest).toMatchObject({ next_cursor: null });
  });

  test.each(["limit=0", "limit=201", "limit=x", "before=1", "cursor=1", "order=asc"])("refuses %s", async (query) => {
    const { status, body } = await get<ProblemDocument>(`/api/imports?${query}`);
    expect([status, body.type]).toEqual([400, "/problems/invalid-request"]);
  });

  test.each([
    ["GET", "999999", 404],
    ["GET", "0", 400],
    ["GET", "x", 400],
    ["GET", "9007199254740993", 400],
    ["GET", "999999/rejects", 404],
    ["GET", "999999/rejects.csv", 404],
    ["GET", "999999/events", 404],
    ["POST", "999999/cancel", 404],
  ])("%s /api/imports/%s is answered with %i", async (method, path, status) => {
    const response = await fetch(`${baseUrl}/api/imports/${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  });
});

describe("rejects", () => {
  test("are listed in pages and by code, and exported with the columns of the original file", async () => {
    const rows = Array.from({ length: 7 }, (_, i) => (i % 2 === 0 ? `,"no ""sku"" ${i}"` : `S${i},`));
    const { id, rejected } = await importAll("", ["sku,name", ...rows].join("\n"));
    expect(rejected).toBe(7);
    type Page = { items: Reject[]; next_cursor: string | null };
    const seen: number[] = [];
    for (let cursor = ""; ;) {
      const page = (await get<Page>(`/api/imports/${id}/rejects?limit=3${cursor}`)).body;
      seen.push(...page.items.map(({ row }) => row));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const path of ["rejects", "rejects/summary"])
      expect((await get(`/api/imports/${id}/${path}`)).body).toMatchObject({ rejected: 7, rejects_listed: 7 });
    const empty = (await get<Page>(`/api/imports/${id}/rejects?code=sku_empty`)).body.items;
    expect(empty.map(({ line, column, code }) => [line, column, code])).toEqual(
      [2, 4, 6, 8].map((line) => [line, "sku", "sku_empty"]),
    );
    for (const query of ["code=no_such", "limit=0", "limit=501", "cursor=1", "page=2"])
      expect((await get(`/api/imports/${id}/rejects?${query}`)).status, query).toBe(400);

    const csv = await fetch(`${baseUrl}/api/imports/${id}/rejects.csv`);
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.headers.get("content-disposition")).toBe(`attachment; filename="rejects-of-import-${id}.csv"`);
    const [head, first, ...more] = (await csv.text()).trimEnd().split("\n");
    expect(head).toBe("sku,name,reject_row,reject_line,reject_column,reject_code,reject_reason,reject_raw");
    expect(first).toMatch(/^,"no ""sku"" 0",1,2,sku,sku_empty,/);
    expect(more).toHaveLength(6);
  });
});

describe("a cancel", () => {
  const cancel = async (id: number): Promise<{ status: number; body: Import & ProblemDocument }> => {
    const response = await fetch(`${baseUrl}/api/imports/${id}/cancel`, { method: "POST" });
    return { status: response.status, body: (await response.json()) as Import & ProblemDocument };
  };

  test("before the scan leaves the catalogue unchanged", async () => {
    const { id } = (await post("", CSV)).body;
    expect(await cancel(id)).toMatchObject({ status: 202, body: { id, cancel_requested: true } });
    await workOn(context, id);
    expect((await get(`/api/imports/${id}`)).body).toMatchObject({
      state: "cancelled",
      created: 0,
      changeset_id: null,
    });
    expect((await get<{ items: unknown[] }>("/api/products")).body.items).toEqual([]);
    const again = await cancel(id);
    expect([again.status, again.body.type]).toEqual([409, "/problems/already-finished"]);
    expect(again.body.detail).toContain("cancelled");
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("during loading keeps and counts the committed rows", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `s${i},Name ${i}`);
    const { id } = (await post("", ["sku,name", ...lines].join("\n"))).body;
    await runScan(context, id, signal);
    const loaders = Promise.all([runLoader(context, id, signal), runLoader(context, id, signal)]);
    await until(async () => (await get<Import>(`/api/imports/${id}`)).body.created > 0);
    expect((await cancel(id)).status).toBe(202);
    await loaders;
    const ended = (await get<Import>(`/api/imports/${id}`)).body;
    expect(ended.state).toBe("cancelled");
    expect(ended.created).toBeGreaterThan(0);
    expect(ended.created).toBeLessThan(20_000);
    const { rows } = await pool.query("select count(*)::int as products from products where created_in = $1", [
      ended.changeset_id,
    ]);
    expect(rows).toEqual([{ products: ended.created }]);
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("during the upload ends the import immediately", async () => {
    let stop = false;
    const endless = new ReadableStream({
      async pull(controller) {
        if (stop) controller.close();
        else controller.enqueue(Buffer.from("sku,name\n".padEnd(100, "\n")));
        await sleep(20); // injected delay: keeps the upload below the size limit
      },
    });
    const sent = fetch(`${baseUrl}/api/imports`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: endless,
      duplex: "half",
    }).catch((error: unknown) => error);
    await until(async () => (await importsMade()) > 0);
    const { id } = (await get<{ items: Import[] }>("/api/imports")).body.items[0] as Import;
    expect(await cancel(id)).toMatchObject({ status: 202, body: { state: "cancelled" } });
    expect(await sent).toMatchObject({ status: 201 });
    stop = true;
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("of an ended import is refused", async () => {
    const { id } = await importAll("", CSV);
    expect(await cancel(id)).toMatchObject({ status: 409, body: { type: "/problems/already-finished" } });
  });
});
