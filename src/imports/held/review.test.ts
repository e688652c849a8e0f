// Tests the review of an import: when an import is held for a review, the figures of the review, its preview, and the choices that are
// remembered afterwards.
import { stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import type { ColumnChoice } from "../../../contract/imports/column-choices.ts";
import type { Import, Preview } from "../../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  workOn,
  uploadedFiles,
} from "../../../tests/support/import-file.ts";
import { makeWorkbook, textRow } from "../../../tests/support/files/make-workbook.ts";
import { KEPT_TEXT_BYTES } from "../read/text/kept-file.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool);
const app = await createTestApp(database, context);

beforeEach(async () => {
  await pool.query(
    "truncate products, product_history, imports, import_chunks, import_rejects, import_matches, events, column_choices, profile_uses cascade",
  );
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
});

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast by another name, as in response.json()
async function post<T>(path: string, body: object = {}): Promise<{ status: number; body: T }> {
  const response = await app.inject({ method: "POST", url: path, payload: body });
  return { status: response.statusCode, body: response.json() };
}

const previewOf = (id: number, body: object = {}): Promise<{ status: number; body: Preview }> =>
  post(`/api/imports/${id}/preview`, body);

async function continued(id: number, answer: object = { review: "never" }): Promise<Import> {
  expect((await post(`/api/imports/${id}/continue`, answer)).status).toBe(202);
  return workOn(context, id);
}

const skus = async (): Promise<string[]> =>
  (await pool.query<{ sku: string }>("select sku from products order by sku")).rows.map(({ sku }) => sku);

async function choices(): Promise<[string, string][]> {
  const response = await app.inject("/api/column-choices");
  const { items } = response.json<{ items: ColumnChoice[] }>();
  return items.map(({ column, target }) => [column, target]);
}

const OWN = "sku,name,price\nA-1,Lamp,1\nA-2,Desk,2\n";
const SUPPLIER = "Artikelnummer;Bezeichnung;Preis\nA-1;Lamp;1\nA-2;Desk;2\n";

describe("an import with the option review", () => {
  test("waits with the exact figures of its file, and nothing is written", async () => {
    await importBytes(context, "sku,name\nA-2,Desk\nX,Other\n");
    const file = "sku,name\nA-1,Lamp\n,Blank\nA-2,Desk\na-1,Lamp 2\nA-3,Chair,too many\nsku,name\n";
    const held = await importBytes(context, file, { review: "always" });
    const key = { column: "sku", rows: 5, blank: 1, distinct: 2, in_catalogue: 1 };
    expect(held).toMatchObject({
      state: "held",
      changeset_id: null,
      rows: 6,
      rejected: 2,
      ignored: 1,
      problem: {
        type: "/problems/review",
        title: "Check the columns before the import",
        option: "review",
        candidates: [{ value: "never", samples: [] }],
        rows: 6,
        rejected: 2,
        ignored: 1,
        key,
      },
    });
    expect(await skus()).toEqual(["A-2", "X"]);
    expect(await continued(held.id)).toMatchObject({ state: "done", created: 1, unchanged: 1, superseded: 1 });
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("counts the keys of a large file in the catalogue", async () => {
    const rows = Array.from({ length: 25_000 }, (_, i) => `K-${i},Product ${i}\n`).join("");
    await importBytes(context, `sku,name\nk-7,Seven\nK-24999,Last\nOther,Other\n`);
    const held = await importBytes(context, `sku,name\n${rows}`, { review: "always" });
    expect(held.problem).toMatchObject({ key: { distinct: 25_000, in_catalogue: 2 } });
  });

  test("counts the keys for which `match` finds a product", async () => {
    await importBytes(context, "sku,name,code\nA-1,Lamp,c1\nA-2,Desk,c2\nA-3,Desk,c2\n");
    const mapping = { key: "code", match: { attribute: "code" }, name: "title" } as const;
    const held = await importBytes(context, "code,title\nc1,New\nc2,Two\nc9,None\n", { review: "always", mapping });
    expect(held.problem).toMatchObject({ key: { column: "code", distinct: 3, in_catalogue: 2 } });
    expect(await continued(held.id)).toMatchObject({ state: "done", updated: 1, rejected: 2 });
  });

  test("that is strict is reviewed first, and then fails because of its rejected rows", async () => {
    const held = await importBytes(context, "sku,name\nA-1,Lamp\n,Blank\n", { review: "always", strict: true });
    expect(held).toMatchObject({ state: "held", problem: { rejected: 1 }, options: { strict: true } });
    const failed = await continued(held.id);
    expect(failed).toMatchObject({ state: "failed", problem: { type: "/problems/rejected-rows" } });
    expect(await skus()).toEqual([]);
  });

  test("asks other questions before the review", async () => {
    const file = "item number,code,name\n1,A-1,Lamp\n2,A-2,Desk\n3,A-3,Chair\n";
    const doubtful = await importBytes(context, file, { review: "always" });
    expect(doubtful.problem).toMatchObject({ option: "key" });
    const reviewed = await continued(doubtful.id, { key: "code" });
    expect(reviewed).toMatchObject({ state: "held", problem: { option: "review", key: { column: "code" } } });
    expect(await continued(doubtful.id)).toMatchObject({ state: "done", created: 3 });
  });

  test("can be cancelled, and fails for a file without rows", async () => {
    const { id } = await importBytes(context, SUPPLIER, { review: "always" });
    expect((await post<Import>(`/api/imports/${id}/cancel`)).body.state).toBe("cancelled");
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
    const empty = await importBytes(context, "sku,name\n", { review: "always" });
    expect(empty).toMatchObject({ state: "failed", problem: { type: "/problems/nothing-imported" } });
  });
});

describe("review=unknown holds", () => {
  const review = "unknown" as const;

  test.each([
    ["Skuport's own layout", OWN, {}],
    ["Skuport's own layout in capital letters", OWN.replace("sku,name", "SKU,Name"), {}],
    ["a file with a chosen key", SUPPLIER, { key: "Artikelnummer" }],
    ["a file with a mapping", SUPPLIER, { mapping: { key: "Artikelnummer", name: "Bezeichnung" } }],
    ["a file with a profile", "Article code,Designation\nA-1,Lamp\nA-2,Desk\n", { profile: "Known" }],
  ])("not %s", async (_, file, options) => {
    const definition = { key: "Article code", name: "Designation" };
    await app.inject({ method: "PUT", url: "/api/profiles/Known", payload: definition });
    expect(await importBytes(context, file, { review, ...options })).toMatchObject({ state: "done", created: 2 });
  });

  test.each([
    ["a file whose names are only similar to those of the fields", SUPPLIER],
    ["a file with the exact name of one field", "sku;Bezeichnung\nA-1;Lamp\n"],
  ])("%s", async (_, file) => {
    expect(await importBytes(context, file, { review })).toMatchObject({
      state: "held",
      problem: { option: "review" },
    });
  });

  test("a confirmed file only once", async () => {
    const { id } = await importBytes(context, SUPPLIER, { review });
    await continued(id);
    expect(await choices()).toEqual([
      ["Artikelnummer", "sku"],
      ["Bezeichnung", "name"],
    ]);
    const next = await importBytes(context, SUPPLIER.replaceAll("A-", "B-"), { review });
    expect(next).toMatchObject({
      state: "done",
      created: 2,
      columns: [{ target: "sku", remembered: true }, { target: "name", remembered: true }, { target: "attribute" }],
    });
  });
});

describe("the preview of a held import", () => {
  test("shows the kept file with the options of the import, and with those of the body", async () => {
    const { id } = await importBytes(context, SUPPLIER, { review: "always", active: false });
    const { status, body } = await previewOf(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dialect: { delimiter: ";" },
      products: [{ sku: "A-1", name: "Lamp", active: false, attributes: { Preis: "1" } }, { sku: "A-2" }],
      mapping: { key: "Artikelnummer", name: "Bezeichnung" },
      problem: null,
    });
    const mapping = { key: { from: ["Bezeichnung", "Artikelnummer"], join: ":" }, keep: ["Preis"] };
    const changed = await previewOf(id, { mapping });
    expect(changed.body).toMatchObject({
      columns: [
        { name: "Artikelnummer", target: "used", used_for: ["sku"] },
        { name: "Bezeichnung", target: "used", used_for: ["sku"] },
        { name: "Preis", target: "attribute" },
      ],
      products: [{ sku: "Lamp:A-1" }, { sku: "Desk:A-2" }],
      mapping,
    });
    expect((await app.inject(`/api/imports/${id}`)).json()).toMatchObject({ state: "held" });
  });

  test.each([
    ["in another encoding", Buffer.from("Artikelnummer;Bezeichnung\nA-1;Stühle für drüben\nA-2;Tür\n", "latin1")],
    ["that is compressed", gzipSync("Artikelnummer;Bezeichnung\nA-1;Stühle für drüben\nA-2;Tür\n")],
  ])("shows a file %s", async (_, bytes) => {
    const { id } = await importBytes(context, bytes, { review: "always" });
    expect((await previewOf(id)).body).toMatchObject({ products: [{ name: "Stühle für drüben" }, { name: "Tür" }] });
    const other = await previewOf(id, { delimiter: ":" });
    expect(other.body).toMatchObject({ dialect: { delimiter: ":" }, columns: [{ name: "Artikelnummer;Bezeichnung" }] });
  });

  test("shows a workbook that is too large for other previews, of which only the first rows are kept", async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => textRow(i + 2, `A-${i}`, `Product ${i} ${"long".repeat(8)}`));
    const sheet = textRow(1, "Artikelnummer", "Bezeichnung") + rows.join("");
    const other = textRow(1, "sku", "name") + textRow(2, "Z-1", "Other");
    const bytes = await makeWorkbook({ sheets: { Goods: sheet, Other: other } });
    const { id } = await importBytes(context, bytes, { review: "always", sheet: "Goods" });
    const kept = (await uploadedFiles(context.store.folder)).find((name) => name.endsWith(".utf8"));
    expect((await stat(join(context.store.folder, kept ?? ""))).size).toBe(KEPT_TEXT_BYTES);
    expect((await previewOf(id)).body.products[0]).toMatchObject({ sku: "A-0", line: 2 });
    expect((await previewOf(id, { sheet: "Other" })).body).toMatchObject({ products: [{ sku: "Z-1" }] });
    expect(await continued(id)).toMatchObject({ state: "done", created: 60_000 });
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("shows what the answer to another question would do", async () => {
    const file = "item number,code,name\n1,A-1,Lamp\n2,A-2,Desk\n3,A-3,Chair\n";
    const { id } = await importBytes(context, file);
    expect((await previewOf(id)).body.problem).toMatchObject({ option: "key" });
    expect((await previewOf(id, { key: "code" })).body).toMatchObject({
      products: [{ sku: "A-1" }, {}, {}],
      problem: null,
    });
  });

  test("is refused for other imports, and for a mapping that is not valid", async () => {
    const { id } = await importBytes(context, OWN);
    expect(await previewOf(id)).toMatchObject({ status: 409, body: { type: "/problems/not-held" } });
    expect(await previewOf(id + 1)).toMatchObject({ status: 404, body: { type: "/problems/not-found" } });
    const held = await importBytes(context, OWN, { review: "always" });
    const invalid = await post<ProblemDocument>(`/api/imports/${held.id}/preview`, { mapping: { key: "missing" } });
    expect(invalid).toMatchObject({ status: 422, body: { type: "/problems/no-such-column" } });
  });
});
