// Imports files in encodings other than UTF-8, over HTTP.
import { describe, expect, test } from "vitest";
import type { Import } from "../../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, workOn } from "../../../tests/support/import-file.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool, 50);
const app = await createTestApp(database, { ...context, max_upload_bytes: 20_000_000 });
const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });

async function send(bytes: Buffer, type: string, query = ""): Promise<Response> {
  return fetch(`${baseUrl}/api/imports${query}`, { method: "POST", body: bytes, headers: { "content-type": type } });
}

async function importAll(bytes: Buffer, type = "text/csv", query = ""): Promise<Import> {
  const response = await send(bytes, type, query);
  const { id } = (await response.json()) as Import;
  await workOn(context, id);
  return (await (await fetch(`${baseUrl}/api/imports/${id}`)).json()) as Import;
}

const names = async (skus: string[]): Promise<unknown[]> => {
  const { rows } = await pool.query<{ name: string }>(
    "select name from products where sku_key = any($1::text[]) order by sku_key",
    [skus],
  );
  return rows.map(({ name }) => name);
};

const POLISH = Buffer.from("sku;name\nP-1;\xafyrandol \x9cwietlny\n", "latin1");

describe("the charset of the content type", () => {
  test("counts as given", async () => {
    expect(await importAll(POLISH, "text/csv; charset=Windows-1250")).toMatchObject({
      created: 1,
      options: { encoding: "windows-1250" },
      dialect: { encoding: "windows-1250" },
    });
    expect(await names(["p-1"])).toEqual(["Żyrandol świetlny"]);
  });

  test("has less weight than the option", async () => {
    await importAll(Buffer.from("sku;name\nP-2;\x8epfel\n", "latin1"), "text/csv; charset=utf-8", "?encoding=CP850");
    expect(await names(["p-2"])).toEqual(["Äpfel"]);
  });

  test("is refused if it is unknown", async () => {
    const response = await send(POLISH, "text/csv; charset=klingon");
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as ProblemDocument;
    expect(errors).toMatchObject([{ pointer: "/headers/content-type" }]);
    expect(errors?.[0]?.detail).toContain("klingon");
  });
});

describe("the charset of the file in a form", () => {
  const form = (type: string, field = ""): string =>
    `--x\r\n${field}content-disposition: form-data; name="file"; filename="p.csv"\r\ncontent-type: ${type}\r\n\r\n`;
  const sendForm = (head: string): Promise<Response> =>
    send(Buffer.concat([Buffer.from(head), POLISH, Buffer.from("\r\n--x--\r\n")]), "multipart/form-data; boundary=x");
  const option = (name: string, value: string): string =>
    `content-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--x\r\n`;

  test("counts as given", async () => {
    const response = await sendForm(form("text/csv; charset=windows-1250", option("mode", "upsert")));
    expect((await response.json()) as Import).toMatchObject({ options: { encoding: "windows-1250" } });
  });

  test("has less weight than the option", async () => {
    const response = await sendForm(form("text/csv; charset=utf-8", option("encoding", "windows-1252")));
    expect((await response.json()) as Import).toMatchObject({ options: { encoding: "windows-1252" } });
  });

  test("is refused if it is unknown, and may be missing", async () => {
    const response = await sendForm(form('text/csv; charset="klingon"'));
    expect(response.status).toBe(400);
    expect(((await response.json()) as ProblemDocument).errors).toMatchObject([{ pointer: "/body/file" }]);
    const without = (await (await sendForm(form("text/csv"))).json()) as Import;
    expect(without.options.encoding ?? null).toBeNull();
  });
});

test("a file whose encoding is in doubt is held, and names lines in each encoding", async () => {
  const bytes = Buffer.from("sku;name\nD-1;Wieszak na r\xeaczniki\n", "latin1");
  expect(await importAll(bytes)).toMatchObject({
    state: "held",
    created: 0,
    problem: { type: "/problems/encoding-in-doubt", option: "encoding" },
  });
  expect(await importAll(bytes, "text/csv", "?encoding=windows-1250")).toMatchObject({ state: "done", created: 1 });
  expect(await names(["d-1"])).toEqual(["Wieszak na ręczniki"]);
});

/** Rows of more than 1 MB, the size of a window. */
const manyRows = (prefix: string): string =>
  Array.from({ length: 6000 }, (_, i) => `${prefix}-${String(i)};${"plain name ".repeat(17)}\n`).join("");

describe("a file of ASCII, more than a window, that ends", () => {
  test("in windows-1252 is read again, and no reject remains", async () => {
    const bytes = Buffer.from(`sku;name\nL-0;\n${manyRows("L")}L-x;Schr\xe4ube f\xfcr T\xfcren\n`, "latin1");
    const done = await importAll(bytes);
    expect(done).toMatchObject({ state: "done", rejected: 0, dialect: { encoding: "windows-1252" } });
    expect(done.rows).toBe(6002);
    expect(await names(["l-x"])).toEqual(["Schräube für Türen"]);
  });

  test("in UTF-8 with an invalid byte stays UTF-8", async () => {
    const text = Buffer.from(`sku;name\n${manyRows("M")}M-x;Schräube für Türen\nM-y;`);
    const done = await importAll(Buffer.concat([text, Buffer.from([0xe4, 0x0a])]));
    expect(done).toMatchObject({ state: "done", rejected: 1, dialect: { encoding: "utf-8" } });
    expect(await names(["m-x"])).toEqual(["Schräube für Türen"]);
  });
});
