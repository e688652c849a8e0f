// Adds one column of each kind to a copy of the schema and to the declaration of the product's fields, and nowhere else. Import, edit, bulk
// change, undo, history, changesets and export must all support the new columns.
import { expect, test, vi } from "vitest";
import type { Operation } from "../../contract/changesets/operations.ts";

const ADDED = { added_subtitle: "text", added_featured: "boolean", added_weight: "number" } as const;
const DEFAULTS = { added_subtitle: "", added_featured: false, added_weight: null };

vi.mock(import("../../src/catalog/product/product-columns.ts"), async (original) => {
  const module = await original();
  return {
    ...module,
    PRODUCT_FIELDS: { ...module.PRODUCT_FIELDS, ...ADDED },
    DEFAULT_VALUES: { ...module.DEFAULT_VALUES, ...DEFAULTS },
  };
});
vi.mock(import("../../src/imports/read/columns/column-synonyms.ts"), async (original) => {
  const module = await original();
  const added = Object.fromEntries(Object.keys(ADDED).map((field) => [field, [field]]));
  return { ...module, SYNONYMS: { ...module.SYNONYMS, ...added } };
});

const { createTestDatabase } = await import("../support/database.ts");
const { importBytes, rejectsOf } = await import("../support/import-file.ts");
const { createOperationApp } = await import("../support/operation-app.ts");
const { runExecutor } = await import("../../src/operations/executor.ts");
const { readOperation } = await import("../../src/operations/store.ts");
const { startOnSkus } = await import("../../src/operations/bulk/start-on-skus.ts");
const { readHistory } = await import("../../src/catalog/history/history.ts");
const { listChanges } = await import("../../src/changesets/changes.ts");
const { readChangeset } = await import("../../src/changesets/read-store.ts");
const { exportProducts } = await import("../../src/catalog/export/export-products.ts");
const { export_query } = await import("../../contract/catalog/export.ts");

const database = await createTestDatabase();
const { pool } = database;
for (const table of ["products", "product_history"]) {
  await pool.query(`alter table ${table} add added_subtitle text not null default '', add added_featured boolean not null default false,
                    add added_weight double precision`);
}
await pool.query(
  "alter table product_staging add added_subtitle text, add added_featured boolean, add added_weight double precision",
);
const { app, ask, context } = await createOperationApp(database, 2);

type Added = [added_subtitle: string, added_featured: boolean, added_weight: number | null];

/** Returns the values of the columns that the test has added to the schema, by SKU. */
async function stored(): Promise<Record<string, Added>> {
  const { rows } = await pool.query<{
    sku: string;
    added_subtitle: string;
    added_featured: boolean;
    added_weight: number | null;
  }>("select sku, added_subtitle, added_featured, added_weight from products order by sku_key");
  return Object.fromEntries(
    rows.map(({ sku, added_subtitle, added_featured, added_weight }) => [
      sku,
      [added_subtitle, added_featured, added_weight],
    ]),
  );
}

const importCsv = (text: string) => importBytes(context, text);

async function patch(sku: string, body: object): Promise<void> {
  const answer = await app.inject({ method: "PATCH", url: `/api/products/${sku}`, payload: body });
  expect(answer.statusCode, answer.body).toBe(200);
}

/** Runs the operation and reads it from the database. An HTTP response could not contain an operation that sets the added columns,
 * because the contract does not declare them. */
async function finish(id: number): Promise<Operation> {
  await runExecutor(context, id, new AbortController().signal);
  return (await readOperation(pool, id)) as Operation;
}

async function bulk(skus: readonly string[], request: object): Promise<Operation> {
  return finish(await startOnSkus(context, skus, request as Parameters<typeof startOnSkus>[2], "test"));
}

async function undo(changesetId: number): Promise<Operation> {
  const { status, body } = await ask("POST", `/api/changesets/${changesetId}/undo`);
  expect(status).toBe(202);
  return finish(body.id);
}

async function newestChangeset(): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("select max(id) as id from changesets");
  return (rows[0] as { id: number }).id;
}

async function exported(format: "csv" | "jsonl" | "xlsx"): Promise<Buffer> {
  const { bytes } = await exportProducts(pool, export_query.parse({ format }));
  const windows: Buffer[] = [];
  for await (const window of bytes) windows.push(window as Buffer);
  return Buffer.concat(windows);
}

const FILE =
  "sku,name,added_subtitle,added_featured,added_weight\nA,One,first,yes,1.5\nB,Two,,,\nC,Three,third,no,-20\n";
const IMPORTED: Record<string, Added> = { A: ["first", true, 1.5], B: ["", false, null], C: ["third", false, -20] };

test("imports create, compare and update every kind of column", async () => {
  expect(await importCsv(FILE)).toMatchObject({ state: "done", created: 3 });
  expect(await stored()).toEqual(IMPORTED);
  expect(await importCsv(FILE)).toMatchObject({ unchanged: 3, updated: 0 });
  for (const changed of ["A,One,other,yes,1.5", "A,One,first,no,1.5", "A,One,first,yes,1.25", "A,One,first,yes,"]) {
    expect(await importCsv(FILE.replace("A,One,first,yes,1.5", changed)), changed).toMatchObject({ updated: 1 });
    expect(await importCsv(FILE)).toMatchObject({ updated: 1, unchanged: 2 });
    expect(await stored()).toEqual(IMPORTED);
  }
  expect(await importCsv("sku,description\nA,New\n")).toMatchObject({ updated: 1 });
  expect(await stored()).toEqual(IMPORTED);
});

test("an import rejects cells whose values do not match the column's kind", async () => {
  const { id } = await importCsv("sku,name,added_featured,added_weight\nX,x,perhaps,1\nY,y,yes,heavy\nZ,z,yes,2\n");
  expect((await rejectsOf(context, id)).map(({ code, column }) => [code, column])).toEqual([
    ["not_yes_or_no", "added_featured"],
    ["not_a_number", "added_weight"],
  ]);
  await undo(await newestChangeset());
  expect(await stored()).toEqual(IMPORTED);
});

test("edits, renames and deletions keep the columns, and undo restores them", async () => {
  await patch("A", { added_weight: 3.25, added_subtitle: "edited" });
  const edit = await newestChangeset();
  expect((await stored()).A).toEqual(["edited", true, 3.25]);
  expect(await undo(edit)).toMatchObject({ updated: 1 });
  expect(await stored()).toEqual(IMPORTED);

  await patch("A", { sku: "A2" });
  const rename = await newestChangeset();
  expect((await stored()).A2).toEqual(IMPORTED.A);
  await undo(rename);
  expect(await stored()).toEqual(IMPORTED);

  await app.inject({ method: "DELETE", url: "/api/products/A" });
  const deletion = await newestChangeset();
  await undo(deletion);
  expect(await stored()).toEqual(IMPORTED);

  const refused = await app.inject({
    method: "PATCH",
    url: "/api/products/A",
    payload: { added_weight: "heavy", added_featured: 1 },
  });
  expect(refused.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer)).toEqual([
    "/body/added_weight",
    "/body/added_featured",
  ]);
});

test("bulk changes set the columns, and undo restores them and detects later changes", async () => {
  const change = await bulk(["A", "B", "C"], {
    action: "set",
    set: { added_subtitle: "same", added_featured: true, added_weight: 7 },
  });
  expect(change).toMatchObject({ updated: 3 });
  expect(await stored()).toEqual({ A: ["same", true, 7], B: ["same", true, 7], C: ["same", true, 7] });
  await patch("B", { added_weight: 8 });
  expect(await undo(change.changeset_id)).toMatchObject({ updated: 2, kept: 1 });
  expect(await stored()).toEqual({ ...IMPORTED, B: ["same", true, 8] });
  await patch("B", { added_subtitle: "", added_featured: false, added_weight: null });

  const deletion = await bulk(["A", "C"], { action: "delete" });
  expect(await undo(deletion.changeset_id)).toMatchObject({ created: 2 });
  expect(await stored()).toEqual(IMPORTED);
});

test("history and changesets show the columns", async () => {
  await patch("C", { added_weight: 21 });
  const page = await readHistory(pool, "c", { id: undefined, before: undefined, limit: 2 });
  expect(page?.items[0]).toMatchObject({
    fields: { added_weight: { before: -20, after: 21 } },
    product: { added_subtitle: "third", added_featured: false, added_weight: 21 },
  });
  const changeset = await readChangeset(pool, await newestChangeset());
  const filter = { change: undefined, keys: undefined };
  const { items } = await listChanges(pool, changeset as NonNullable<typeof changeset>, filter, undefined, 10);
  expect(items).toMatchObject([{ before: { added_weight: -20 }, after: { added_weight: 21 } }]);
  await undo(await newestChangeset());
});

test("exports contain the columns, and importing an export changes nothing", async () => {
  expect((await exported("csv")).toString()).toBe(
    "sku,name,description,active,parent_sku,added_subtitle,added_featured,added_weight\n" +
      "A,One,New,true,,first,true,1.5\nB,Two,,true,,,false,\nC,Three,,true,,third,false,-20\n",
  );
  const lines = (await exported("jsonl")).toString().trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as object)[0]).toMatchObject({
    added_subtitle: "first",
    added_weight: 1.5,
  });
  for (const format of ["csv", "xlsx"] as const) {
    expect(await importBytes(context, await exported(format)), format).toMatchObject({ state: "done", unchanged: 3 });
  }
});
