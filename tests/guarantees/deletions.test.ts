// Tests mappings with `delete_when`, whose rows can delete their products: when a row deletes, what the deletion changes, and its undo.
// Long because each mode, each way of finding products and each place that shows counts has its test.
import { beforeEach, expect, test } from "vitest";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import type { Import } from "../../contract/imports/imports.ts";
import { csvLine } from "../../src/csv-line.ts";
import { changedProducts, type ChangedProduct } from "../../src/catalog/history/changeset-products.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { previewFile } from "../../src/imports/preview/preview.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { completeOptions, import_query } from "../../contract/imports/imports.ts";
import { questionOf, reviewOf } from "../../contract/imports/question.ts";
import { readImport } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  importBytes,
  leftovers,
  NOTHING_LEFT,
  receiveBytes,
  rejectsOf,
  workOn,
  type Options,
} from "../support/import-file.ts";
import { createOperationApp } from "../support/operation-app.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database, 2);
const signal = new AbortController().signal;

const MAPPING: Mapping = {
  key: "Art",
  name: "Title",
  active: "State",
  attributes: { price: { from: "Price", number: "1.234,56" } },
  delete_when: { of: "Op", is: "Delete" },
  drop: ["Op"],
};
type Row = [op: string, sku: string, title: string, price: string, state: string];
const fileOf = (...rows: Row[]): string => [["Op", "Art", "Title", "Price", "State"], ...rows].map(csvLine).join("");
const run = (rows: Row[], mapping: Mapping = MAPPING, options: Options = {}): Promise<Import> =>
  importBytes(context, fileOf(...rows), { mapping, ...options });

beforeEach(async () => {
  await pool.query("truncate products, product_history, search_backlog, events, imports, import_rejects cascade");
});

const put = (sku: string, values: object = {}): Promise<unknown> =>
  app.inject({
    method: "PUT",
    url: `/api/products/${encodeURIComponent(sku)}`,
    payload: { name: `Product ${sku}`, ...values },
  });

/** All products with all their columns, except the number of the version, the changeset and the time of the last change. */
async function catalogue(): Promise<unknown[]> {
  const { rows } = await pool.query<{ product: unknown }>(
    "select to_jsonb(p) - 'version' - 'changed_in' - 'updated_at' as product from products p order by sku_key",
  );
  return rows.map(({ product }) => product);
}

const skus = async (): Promise<string[]> =>
  (await pool.query<{ sku: string }>("select sku from products order by sku_key")).rows.map(({ sku }) => sku);

async function undo({ changeset_id }: Pick<Import, "changeset_id">): Promise<object> {
  const { body } = await ask("POST", `/api/changesets/${changeset_id}/undo`);
  return finish(body.id);
}

test("a row deletes its product by its key alone; a product that does not exist changes nothing", async () => {
  for (const sku of ["a-1", "a-2", "a-3"]) await put(sku);
  const rows: Row[] = [
    ["delete", " A-1 ", "", "on request", "perhaps"],
    ["Delete", "gone", "", "", ""],
    ["", "a-2", "Lamp", "1,50", "yes"],
    ["", "new", "Desk", "", ""],
  ];
  const result = await run(rows);
  expect(result).toMatchObject({
    state: "done",
    rows: 4,
    created: 1,
    updated: 1,
    unchanged: 1,
    deleted: 1,
    rejected: 0,
  });
  expect(await skus()).toEqual(["a-2", "a-3", "new"]);
  expect(await run(rows)).toMatchObject({ state: "done", created: 0, updated: 0, unchanged: 4, deleted: 0 });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("an undo restores the deleted products with all their values, and can be undone", async () => {
  await put("a-1", {
    description: "one",
    parent_sku: "P",
    active: false,
    attributes: { Size: ["S", "M"], price: "2" },
  });
  await put("a-1", {
    description: "two",
    parent_sku: "P",
    active: false,
    attributes: { Size: ["S", "M"], price: "2" },
  });
  await put("a-2");
  const before = await catalogue();
  const result = await run([
    ["Delete", "A-1", "", "", ""],
    ["", "new", "Desk", "", ""],
  ]);
  const after = await catalogue();
  const preview = await ask("POST", `/api/changesets/${result.changeset_id}/undo?preview=true`);
  expect(preview.body).toMatchObject({ created: 1, updated: 0, deleted: 1, kept: 0 });
  expect(await undo(result)).toMatchObject({ state: "done", created: 1, deleted: 1, kept: 0 });
  expect(await catalogue()).toEqual(before);
  const { rows } = await pool.query<{ id: number }>("select max(id) as id from changesets");
  expect(await undo({ changeset_id: rows[0]?.id ?? 0 })).toMatchObject({ state: "done", created: 1, deleted: 1 });
  expect(await catalogue()).toEqual(after);
});

test("deletions are part of the changeset, the history of the product, the backlog and the events", async () => {
  for (const sku of ["a-1", "a-2"]) await put(sku);
  await pool.query("truncate search_backlog");
  const result = await run([
    ["Delete", "a-1", "", "", ""],
    ["Delete", "gone", "", "", ""],
  ]);
  const changeset = await ask("GET", `/api/changesets/${result.changeset_id}`);
  expect(changeset.body).toMatchObject({ created: 0, updated: 0, deleted: 1 });
  const changes = await ask("GET", `/api/changesets/${result.changeset_id}/changes?change=deleted`);
  expect(changes.body).toMatchObject({ items: [{ sku: "a-1", change: "deleted", after: null }] });
  const history = await ask("GET", "/api/products/a-1/history");
  expect(history.body).toMatchObject({
    items: [{ change: "deleted", changeset: { kind: "import" } }, { change: "created" }],
  });
  const backlog = await pool.query("select keys, rows, delta from search_backlog");
  expect(backlog.rows).toEqual([{ keys: ["a-1"], rows: 1, delta: -1 }]);
  const list = await ask("GET", "/api/products");
  expect(list.body).toMatchObject({ items: [{ sku: "a-2" }] });
  const events = await pool.query("select data from events where type = 'import.completed'");
  expect(events.rows).toMatchObject([{ data: { rows: 2, deleted: 1, adds: 0, unchanged: 1 } }]);
  const client = await pool.connect();
  const batches: ChangedProduct[] = [];
  try {
    for await (const page of changedProducts(client, result.changeset_id ?? 0, "", 10)) batches.push(...page);
  } finally {
    client.release();
  }
  expect(batches).toMatchObject([{ sku: "a-1", change: "deleted", version: 1 }]);
});

test.each([
  ["last", { deleted: 1, superseded: 2 }, { created: 1, superseded: 2 }],
  ["first", { updated: 1, superseded: 2 }, { unchanged: 1, superseded: 2 }],
] as const)("among rows with the same SKU, the %s row is applied, whether or not it deletes", async (repeats, a, b) => {
  await put("a-1");
  await put("keep");
  const ends = await run(
    [
      ["", "a-1", "Lamp", "", ""],
      ["", "a-1", "Lamp 2", "", ""],
      ["Delete", "a-1", "", "", ""],
    ],
    MAPPING,
    { repeats },
  );
  expect(ends).toMatchObject(a);
  const begins = await run(
    [
      ["Delete", "b-1", "", "", ""],
      ["Delete", "b-1", "", "", ""],
      ["", "b-1", "Desk", "", ""],
    ],
    MAPPING,
    { repeats },
  );
  expect(begins).toMatchObject(b);
});

test("a row without a name replaces an earlier deletion of its product", async () => {
  await put("a-1");
  const result = await run([
    ["Delete", "a-1", "", "", ""],
    ["", "a-1", "", "7", ""],
  ]);
  expect(result).toMatchObject({ state: "done", updated: 1, deleted: 0, superseded: 1 });
});

test("the mode `create` deletes nothing, and `update` needs no product", async () => {
  await put("a-1");
  const rows: Row[] = [
    ["Delete", "a-1", "", "", ""],
    ["Delete", "gone", "", "", ""],
  ];
  const created = await run(rows, MAPPING, { mode: "create" });
  expect(created).toMatchObject({ state: "done", deleted: 0, unchanged: 1, rejected: 1 });
  expect(await rejectsOf(context, created.id)).toMatchObject([{ row: 1, code: "exists_already" }]);
  expect(await skus()).toEqual(["a-1"]);
  expect(await run(rows, MAPPING, { mode: "update" })).toMatchObject({ state: "done", deleted: 1, unchanged: 1 });
});

test("a strict import with a rejected row deletes nothing", async () => {
  await put("a-1");
  const strict = { strict: true, mode: "update" } as const;
  const result = await run(
    [
      ["Delete", "a-1", "", "", ""],
      ["", "gone", "Lamp", "", ""],
    ],
    MAPPING,
    strict,
  );
  expect(result).toMatchObject({ state: "failed", deleted: 0, rejected: 1 });
  expect(await skus()).toEqual(["a-1"]);
  expect(await run([["Delete", "a-1", "", "", ""]], MAPPING, strict)).toMatchObject({ state: "done", deleted: 1 });
});

test("a file of deletions needs no names", async () => {
  await put("a-1");
  const mapping: Mapping = { key: "Art", delete_when: { of: "Op", is: "Delete" }, keep: false };
  const rows: Row[] = [["Delete", "a-1", "", "", ""]];
  expect(await run(rows, mapping)).toMatchObject({ state: "done", deleted: 1 });
  expect(await run(rows, mapping)).toMatchObject({ state: "done", unchanged: 1 });
});

test("a file that lacks the column of the condition deletes nothing", async () => {
  await put("a-1");
  const result = await importBytes(context, "Art,Title,Price,State\na-1,Lamp,,\n", { mapping: MAPPING });
  expect(result).toMatchObject({ state: "done", updated: 1, deleted: 0 });
});

test("with `match`, a row deletes only the product that has its value", async () => {
  await put("a-1", { attributes: { ref: "R 1" } });
  await put("a-2", { attributes: { ref: "R 2" } });
  await put("R 3");
  const mapping: Mapping = { ...MAPPING, match: { attribute: "ref" } };
  const rows: Row[] = [
    ["Delete", "r 1", "", "", ""],
    ["Delete", "r 3", "", "", ""],
    ["", "r 2", "Lamp", "", ""],
  ];
  expect(await run(rows, mapping)).toMatchObject({ state: "done", deleted: 1, unchanged: 1, updated: 1, rejected: 0 });
  expect(await skus()).toEqual(["a-2", "R 3"]);
  const creating = await run(rows, { ...mapping, match: { attribute: "ref", none: "create" } });
  expect(creating).toMatchObject({ deleted: 0, unchanged: 2, rejected: 1 });
  expect(await rejectsOf(context, creating.id)).toMatchObject([{ row: 2, code: "match_ambiguous" }]);
  expect(await skus()).toEqual(["a-2", "R 3"]);
});

test("with `match`, a product that loses its value before the load is not deleted", async () => {
  await put("a-1", { attributes: { ref: "R 1" } });
  const file = fileOf(["Delete", "R 1", "", "", ""]);
  const { id } = await receiveBytes(context, file, { mapping: { ...MAPPING, match: { attribute: "ref" } } });
  await runScan(context, id, signal);
  await put("a-1", { attributes: { ref: "other" } });
  await runLoader(context, id, signal);
  expect(await readImport(pool, id)).toMatchObject({ state: "failed", deleted: 0, rejected: 1 });
  expect(await skus()).toEqual(["a-1"]);
});

test("a product that is changed between scan and load is deleted in its newest version", async () => {
  await put("a-1");
  const { id } = await receiveBytes(context, fileOf(["Delete", "a-1", "", "", ""]), { mapping: MAPPING });
  await runScan(context, id, signal);
  await put("a-1", { description: "changed" });
  await runLoader(context, id, signal);
  const result = await readImport(pool, id);
  expect(result).toMatchObject({ state: "done", deleted: 1 });
  await undo({ changeset_id: result?.changeset_id ?? null });
  expect(await catalogue()).toMatchObject([{ sku: "a-1", description: "changed" }]);
});

test("two imports that delete the same products delete each of them once", async () => {
  const all = Array.from({ length: 12 }, (_, i) => `s-${i}`);
  for (const sku of all) await put(sku);
  const rows = all.map((sku): Row => ["Delete", sku, "", "", ""]);
  const given = await Promise.all(
    [rows, rows.toReversed()].map((each) => receiveBytes(context, fileOf(...each), { mapping: MAPPING })),
  );
  for (const { id } of given) await runScan(context, id, signal);
  const results = await Promise.all(given.map(({ id }) => workOn(context, id)));
  expect(results.map(({ state }) => state)).toEqual(["done", "done"]);
  expect(results.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(all.length);
  expect(results.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBe(all.length);
  expect(await skus()).toEqual([]);
});

test("preview and review show the number of deletions, and the preview shows no product for them", async () => {
  await put("a-1");
  const file = fileOf(["Delete", "a-1", "", "", ""], ["", "a-2", "Lamp", "", ""]);
  const options = completeOptions(import_query.parse({ mapping: MAPPING }));
  const preview = await previewFile(Buffer.from(file), true, options);
  expect(preview).toMatchObject({ sample_size: 2, deleted: 1, adds: 0, problem: null, products: [{ sku: "a-2" }] });
  const held = await importBytes(context, file, { mapping: MAPPING, review: "always" });
  expect(held.state).toBe("held");
  expect(questionOf(held.problem)?.option).toBe("review");
  expect(reviewOf(held.problem)).toMatchObject({ rows: 2, deleted: 1, adds: 0, key: { distinct: 2, in_catalogue: 1 } });
  expect(held.problem?.detail).toContain("2 rows (1 that deletes its product)");
});

test("a row of a group deletes its own product, and rows that only add are counted apart", async () => {
  for (const sku of ["a-1", "a-2"]) await put(sku);
  const mapping: Mapping = {
    key: "Art",
    name: "Title",
    group: { by: "Handle", fill: ["Title"], adds: [{ blank: "Art" }] },
    attributes: { images: { from: "Image", all: true, over: "group" } },
    delete_when: { of: "Op", is: "Delete" },
    keep: false,
  };
  const rows = [
    ["lamp", "", "a-1", "Lamp", "1.jpg"],
    ["lamp", "Delete", "A-2", "", ""],
    ["lamp", "", "", "", "2.jpg"],
    ["desk", "Delete", "gone", "", ""],
  ];
  const file = [["Handle", "Op", "Art", "Title", "Image"], ...rows].map(csvLine).join("");
  const preview = await previewFile(Buffer.from(file), true, completeOptions(import_query.parse({ mapping })));
  expect(preview).toMatchObject({ deleted: 2, adds: 1, ignored: 0, products: [{ sku: "a-1" }] });
  const result = await importBytes(context, file, { mapping });
  expect(result).toMatchObject({ state: "done", rows: 4, updated: 1, deleted: 1, unchanged: 1, adds: 1, ignored: 0 });
  expect(await catalogue()).toMatchObject([{ sku: "a-1", attributes: { images: ["1.jpg", "2.jpg"] } }]);
  const listed = await ask("GET", `/api/imports/${result.id}/ignored`);
  expect(listed.body).toMatchObject({ items: [{ row: 3, code: "adds" }], ignored: 0, adds: 1 });
  expect(await undo(result)).toMatchObject({ state: "done", created: 1, updated: 1 });
  expect(await skus()).toEqual(["a-1", "a-2"]);
});
