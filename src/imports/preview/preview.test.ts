// Previews of files from their first bytes, over HTTP.
import { request, type ClientRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { preview, type Preview } from "../../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { authorizationOf, createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { makeWorkbook, textRow } from "../../../tests/support/files/make-workbook.ts";
import { until } from "../../../tests/support/until.ts";

const app = await createTestApp(await createTestDatabase());

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast by another name, as in response.json()
async function previewOf<T = Preview>(bytes: Buffer | string, query = ""): Promise<{ status: number; body: T }> {
  const response = await app.inject({
    method: "POST",
    url: `/api/imports/preview${query}`,
    headers: { "content-type": "application/octet-stream" },
    payload: bytes,
  });
  return { status: response.statusCode, body: response.json() };
}

const REQUEST = {
  method: "POST",
  url: "/api/imports/preview",
  headers: { "content-type": "application/octet-stream" },
  payload: "sku,name\nA-1,One\n",
} as const;
const LINES = Array.from({ length: 40_000 }, (_, i) => `A-${String(i)};Näme ${String(i)};x\n`);
const HEADER = "Artikelnummer;Bezeichnung;Farbe\n";

test("a preview shows the first rows, the columns with their targets, and the dialect", async () => {
  const { status, body } = await previewOf(Buffer.from(HEADER + LINES.slice(0, 30).join(""), "latin1"));
  expect(status).toBe(200);
  expect(preview.parse(body)).toEqual(body);
  expect(body).toMatchObject({
    dialect: { format: "text", encoding: "windows-1252", delimiter: ";", header: true },
    columns: [
      { name: "Artikelnummer", target: "sku" },
      { name: "Bezeichnung", target: "name" },
      { name: "Farbe", target: "attribute" },
    ],
    sample_size: 30,
    rejected: 0,
    rejects: [],
    problem: null,
  });
  expect(body.rows).toHaveLength(20);
  expect(body.rows[1]).toEqual({ line: 3, cells: ["A-1", "Näme 1", "x"] });
});

test.each([
  ["text", (text: string) => Buffer.from(text)],
  ["gzip", (text: string) => gzipSync(text)],
])(
  "the beginning of a %s file suffices, and a row that is cut off at the end of the sample is not counted",
  async (format, pack) => {
    const whole = pack(HEADER + LINES.join(""));
    const { body } = await previewOf(whole.subarray(0, 100_000), `?size=${String(whole.length)}`);
    expect(body.dialect).toMatchObject({ format, delimiter: ";" });
    expect(body.sample_size).toBeGreaterThan(1000);
    expect(body).toMatchObject({ rejected: 0, problem: null });
  },
);

test("a sample may end inside a quoted cell without a fault", async () => {
  const head = `sku,name\nA-1,One\nA-2,"begins\nand continues`;
  expect((await previewOf(head, "?size=1000000")).body).toMatchObject({ sample_size: 1, rejected: 0 });
  expect((await previewOf(head)).body).toMatchObject({ rejected: 1, sample_size: 3 });
});

test("rows that an import would reject are listed with their lines", async () => {
  const { body } = await previewOf(
    "sku,name,active\nA-1,One,yes\n,Two,no\nA-3,Three,perhaps\nA-1,One,yes\n",
    "?repeats=reject",
  );
  expect(body.rejected).toBe(3);
  expect(body.rejects.map(({ line, code }) => [line, code])).toEqual(
    expect.arrayContaining([
      [3, "sku_empty"],
      [4, "not_yes_or_no"],
      [5, "sku_repeated"],
    ]),
  );
});

test("a preview shows the products, the columns with samples, and the mapping with the same effect", async () => {
  const file = "Artikelnummer,Name,Farbe,aktiv\n A-1 ,Lamp,rot,ja\nA-2,Desk,,nein\na-1,Lamp 2,rot,ja\n";
  const { body } = await previewOf(file);
  expect(body).toMatchObject({
    columns: [
      { name: "Artikelnummer", target: "sku", confidence: "medium", samples: [" A-1 ", "A-2", "a-1"] },
      { name: "Name", target: "name", confidence: "high" },
      { name: "Farbe", target: "attribute", confidence: "high", samples: ["rot"] },
      { name: "aktiv", target: "active" },
    ],
    products: [
      { row: 2, line: 3, sku: "A-2", name: "Desk", description: "", active: false, attributes: {} },
      { row: 3, line: 4, sku: "a-1", name: "Lamp 2", active: true, attributes: { Farbe: "rot" } },
    ],
    mapping: { key: "Artikelnummer", name: "Name", active: "aktiv" },
    problem: null,
  });
  const mapping = { ...body.mapping, attributes: { colour: { from: "Farbe", map: { rot: "red" } } }, keep: false };
  const mapped = await previewOf(file, `?mapping=${encodeURIComponent(JSON.stringify(mapping))}`);
  expect(mapped.body).toMatchObject({
    products: [{ attributes: {} }, { attributes: { colour: "red" } }],
    mapping,
  });
});

test("the mapping of a preview has the same effect if two columns have the same name and the first is blank", async () => {
  const file = "sku;name;name;farbe;farbe\n1;;Hose;rot;blau\n2;;Jacke;gelb;grau\n3;;Hemd;gelb;grau\n";
  const { body } = await previewOf(file);
  const mapped = await previewOf(file, `?mapping=${encodeURIComponent(JSON.stringify(body.mapping))}`);
  expect(mapped.body.products).toEqual(body.products);
  expect(body.products[0]).toMatchObject({ name: "Hose", attributes: { farbe: "rot", "farbe (2)": "blau" } });
});

test("a preview of a file with a doubtful key shows both the question and the products", async () => {
  const { body } = await previewOf("item number,code,name\n1,A-1,Lamp\n2,A-2,Desk\n3,A-3,Chair\n");
  expect(body).toMatchObject({
    columns: [{ confidence: "low" }, { confidence: "high" }, { confidence: "high" }],
    products: [{ sku: "1" }, { sku: "2" }, { sku: "3" }],
    problem: { type: "/problems/key-in-doubt", option: "key" },
  });
});

test("a given delimiter is not replaced by a detected one", async () => {
  const { body } = await previewOf("sku;name\nA-1;One\n", "?delimiter=%2C");
  expect(body).toMatchObject({
    dialect: { delimiter: "," },
    columns: [{ name: "sku;name", target: "attribute" }],
    problem: { type: "/problems/no-sku-column" },
  });
});

test("a small workbook is previewed whole, a large one not at all, and a sheet can be chosen", async () => {
  const workbook = await makeWorkbook({
    sheets: {
      Notes: textRow(1, "about", "this"),
      Spring: textRow(1, "sku", "name") + textRow(2, "S-1", "Spring one"),
      Autumn: textRow(1, "sku", "title", "colour") + textRow(2, "A-1", "Autumn one", "red"),
    },
  });
  expect((await previewOf(workbook)).body).toMatchObject({
    dialect: { sheets: [{ name: "Notes" }, { name: "Spring", read: true }, { name: "Autumn", read: false }] },
    rows: [{ line: 2, cells: ["S-1", "Spring one"] }],
  });
  expect((await previewOf(workbook, "?sheet=Autumn")).body).toMatchObject({
    rows: [{ line: 2, cells: ["A-1", "Autumn one", "red"] }],
  });
  expect((await previewOf(workbook.subarray(0, 500), "?size=5000")).body).toMatchObject({ dialect: null, rows: [] });
});

test.each([
  ["an empty body", "", "", 422, "empty-file"],
  ["a sheet of a CSV file", "sku\n1\n", "?sheet=X", 422, "no-such-sheet"],
  ["a PDF", "%PDF-1.7", "", 422, "unsupported-file"],
  ["damaged gzip data", Buffer.from("1f8b0800", "hex"), "", 422, "broken-file"],
  ["a body above the limit", Buffer.alloc((1 << 20) + 1, "a"), "", 413, "payload-too-large"],
  ["the quote as delimiter", "sku\n", "?delimiter=%22", 400, "invalid-request"],
  ["an unknown option", "sku\n", "?colour=red", 400, "invalid-request"],
])("%s is refused", async (_, bytes, query, status, slug) => {
  const answer = await previewOf<ProblemDocument>(bytes, query);
  expect([answer.status, answer.body.type]).toEqual([status, `/problems/${slug}`]);
});

test("a decompression bomb is unpacked only as far as the sample", async () => {
  const { body } = await previewOf(gzipSync(Buffer.alloc(500_000_000)));
  expect(body.dialect).toMatchObject({ format: "gzip" });
});

test("the problem of a file with a long header stays small", async () => {
  const { body } = await previewOf(`${"h".repeat(500)},`.repeat(1_900));
  expect(body).toMatchObject({ problem: { type: "/problems/no-sku-column" } });
  expect(JSON.stringify(body.problem).length).toBeLessThan(20_000);
});

test("a preview in which nearly all rows are rejected reports a problem", async () => {
  const { body } = await previewOf(`sku,name\n${",x\n".repeat(20_000)}`);
  expect(body).toMatchObject({ problem: { type: "/problems/nearly-all-rejected" } });
});

test("previews count against the limit while their bodies arrive, until their connection closes", async () => {
  const url = new URL("/api/imports/preview", await app.listen({ host: "127.0.0.1", port: 0 }));
  const headers = {
    ...authorizationOf(app),
    "content-type": "application/octet-stream",
    "content-length": "1000",
  };
  const held: ClientRequest[] = [];
  const hold = (): void => {
    const upload = request(url, { method: "POST", headers });
    // The server keeps at most 16 preview bodies in memory. The previews below count too, so the server may refuse this upload. Send the
    // upload again in that case.
    upload.on("error", () => undefined).on("response", hold);
    upload.write("sku");
    held.push(upload);
  };
  for (let i = 0; i < 16; i++) hold();
  const refused = await until(async () => {
    const { statusCode, headers: sent, body } = await app.inject(REQUEST);
    return statusCode === 503 && { retry_after: sent["retry-after"], body };
  });
  expect(refused).toMatchObject({ retry_after: "5", body: expect.stringContaining("too-many-previews") as string });
  for (const upload of held) upload.destroy();
  expect(await until(async () => (await app.inject(REQUEST)).statusCode === 200)).toBe(true);
});

test("the answer for a wide file is limited to 20 rows of 100 cells", async () => {
  const wide = Array.from({ length: 1999 }, (_, i) => `c${String(i)}`).join(",");
  const { body } = await previewOf(`sku,${wide}\n`.concat(`x,${"y".repeat(80)}${",z".repeat(1998)}\n`.repeat(40)));
  expect(body.columns).toHaveLength(2000);
  expect(body.rows.map(({ cells }) => cells.length)).toEqual(Array.from({ length: 20 }, () => 100));
});
