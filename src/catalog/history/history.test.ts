import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { importBytes } from "../../../tests/support/import-file.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";
import { encodeCursor } from "../../cursor.ts";
import type { ProductChange } from "../../../contract/changesets/changesets.ts";
import type { ProductVersion } from "../../../contract/catalog/edit-products.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, context, ask, finish } = await createOperationApp(database);

beforeEach(() =>
  pool.query("truncate products, product_history, search_backlog, events, changesets restart identity cascade"),
);

async function request(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", url: string, payload?: object) {
  const answer = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

interface History {
  id: number;
  sku: string;
  exists: boolean;
  other_ids: number[];
  items: ProductVersion[];
}
async function historyOf(sku: string, query = ""): Promise<History> {
  const { status, body } = await request("GET", `/api/products/${encodeURIComponent(sku)}/history${query}`);
  expect([status, body]).toMatchObject([200, {}]);
  return body as unknown as History;
}
const summaryOf = ({ items }: History): string[] =>
  items.map(({ version, change, changeset }) => `${version} ${change} ${changeset.kind}`);
const changesOf = async (id: number, query = ""): Promise<ProductChange[]> =>
  (await request("GET", `/api/changesets/${id}/changes${query}`)).body["items"] as ProductChange[];

async function undo(changesetId: number): Promise<number> {
  const { body } = await ask("POST", `/api/changesets/${changesetId}/undo`);
  return (await finish(body.id)).changeset_id;
}

test("a version shows the file and line of an import, and the reason of an edit", async () => {
  const { id } = await importBytes(context, "sku,name\nb,B\na,A\n");
  await request("PATCH", "/api/products/a?reason=better", { name: "Z", attributes: { Brand: "Acme" } });
  const { items } = await historyOf("A");
  expect(items).toMatchObject([
    {
      version: 2,
      source_line: null,
      changeset: { kind: "edit", actor: "local", reason: "better", import_id: null, filename: null },
      fields: { name: { before: "A", after: "Z" }, "attributes.Brand": { before: null, after: "Acme" } },
    },
    { version: 1, source_line: 3, changeset: { kind: "import", import_id: id, filename: "test.csv" } },
  ]);
});

test("a history ends when the product is deleted, and continues when an undo restores the product", async () => {
  await importBytes(context, "sku,name\na,A\n");
  await request("PATCH", "/api/products/a", { name: "B" });
  const { body } = await request("DELETE", "/api/products/a");
  expect(await historyOf("a")).toMatchObject({ sku: "a", exists: false });
  expect(summaryOf(await historyOf("a"))).toEqual(["3 deleted edit", "2 updated edit", "1 created import"]);
  const undoneIn = await undo(body["changeset_id"] as number);
  await request("PATCH", "/api/products/a", { name: "C" });
  const history = await historyOf("a");
  expect(summaryOf(history)).toEqual([
    "5 updated edit",
    "4 created undo",
    "3 deleted edit",
    "2 updated edit",
    "1 created import",
  ]);
  expect(history.items[1]).toMatchObject({ source_line: null, product: { name: "B" } });
  expect(history.items[1]?.fields).toMatchObject({ name: { before: null, after: "B" } });
  // Read the history again, one entry per page. All pages together must contain the same entries.
  const paged: unknown[] = [];
  for (let cursor: unknown = ""; cursor !== null;) {
    const page = await request(
      "GET",
      `/api/products/a/history?limit=1${cursor === "" ? "" : `&cursor=${cursor as string}`}`,
    );
    paged.push(...(page.body["items"] as unknown[]));
    cursor = page.body["next_cursor"];
  }
  expect(paged).toEqual(history.items);
  expect(await changesOf(undoneIn)).toMatchObject([
    { sku: "a", change: "created", version: 4, before: null, after: { name: "B" } },
  ]);
  expect(await changesOf(undoneIn, "?change=created")).toHaveLength(1);
  expect(await changesOf(undoneIn, "?change=updated")).toHaveLength(0);
});

test("the changes of an undo show the products that it deleted and restored", async () => {
  await importBytes(context, "sku,name\na,A\nb,B\n");
  const { changeset_id } = await importBytes(context, "sku,name\na,A2\nc,C\n");
  const undoneIn = await undo(changeset_id as number);
  const changes = await changesOf(undoneIn);
  expect(changes.sort((x, y) => (x.sku < y.sku ? -1 : 1))).toMatchObject([
    { sku: "a", change: "updated", version: 3, before: { name: "A2" }, after: { name: "A" } },
    { sku: "c", change: "deleted", version: 2, before: { name: "C" }, after: null },
  ]);
  // The changes of the import are still listed.
  expect(await changesOf(changeset_id as number)).toMatchObject([
    { sku: "c", change: "created", version: 1, after: { name: "C" } },
    { sku: "a", change: "updated", version: 2, before: { name: "A" }, after: { name: "A2" } },
  ]);
  expect((await request("GET", `/api/changesets/${changeset_id as number}`)).body).toMatchObject({
    undone_in: undoneIn,
    undoable: false,
  });
});

test("products that had the same SKU one after the other have separate histories", async () => {
  await request("POST", "/api/products", { sku: "a", name: "first" });
  await request("PATCH", "/api/products/a", { sku: "b" });
  await request("POST", "/api/products", { sku: "a", name: "second" });
  await request("DELETE", "/api/products/a");
  await request("POST", "/api/products", { sku: "A", name: "third" });
  const third = await historyOf("a");
  expect([third.items[0]?.product?.name, third.exists, third.other_ids.length]).toEqual(["third", true, 2]);
  const [second = 0, first = 0] = third.other_ids;
  expect(await historyOf("a", `?id=${second}`)).toMatchObject({ id: second, exists: false, sku: "a" });
  // The first product has another SKU now.
  expect(await historyOf("a", `?id=${first}`)).toMatchObject({ id: first, exists: true, sku: "b" });
  expect(summaryOf(await historyOf("b"))).toEqual(["2 updated edit", "1 created edit"]);
  expect((await request("GET", `/api/products/b/history?id=${second}`)).status).toBe(404);
});

test("a history that is read during edits contains each version once", async () => {
  await request("POST", "/api/products", { sku: "a", name: "0" });
  const state = { edited: false };
  const editing = (async () => {
    for (let n = 1; n <= 150; n++) await request("PATCH", "/api/products/a", { name: String(n) });
    state.edited = true;
  })();
  const seen: string[] = [];
  const expected: string[] = [];
  while (!state.edited) {
    const versions = (await historyOf("a", "?limit=10")).items.map(({ version }) => version);
    const newest = versions[0] ?? 0;
    seen.push(versions.join(" "));
    expected.push(Array.from({ length: Math.min(10, newest) }, (_, place) => newest - place).join(" "));
  }
  await editing;
  expect(seen).toEqual(expected);
});

test("the history of a product is found by its former SKU", async () => {
  await request("POST", "/api/products", { sku: "old", name: "n" });
  await request("PATCH", "/api/products/old", { sku: "new" });
  expect(await historyOf("old")).toMatchObject({ sku: "new", exists: true });
});

test.each([
  "/api/products/none/history",
  "/api/products/a%00/history",
  "/api/changesets/99",
  "/api/changesets/99/changes",
])("%s does not exist", async (url) => {
  expect((await request("GET", url)).status).toBe(404);
});

test.each([
  "/api/products/a/history?cursor=x",
  "/api/changesets?cursor=x",
  "/api/changesets?kind=none",
  "/api/changesets?since=yesterday",
  "/api/changesets/1/changes?cursor=x",
  `/api/changesets/1/changes?cursor=${encodeCursor("changes", ["2026-02-30T00:00:00Z", "", 1])}`,
  "/api/changesets/1/changes?sku=%00",
  "/api/changesets/1/changes?change=moved",
])("%s is rejected", async (url) => {
  await request("POST", "/api/products", { sku: "a", name: "n" });
  expect((await request("GET", url)).status).toBe(400);
});

test("purged versions are reported as unknown", async () => {
  await request("POST", "/api/products", { sku: "a", name: "1" });
  for (const name of ["2", "3"]) await request("PATCH", "/api/products/a", { name });
  await pool.query("delete from product_history where version = 1");
  const { items } = await historyOf("a");
  expect(items.map(({ version, fields }) => [version, fields?.["name"] ?? null])).toEqual([
    [3, { before: "2", after: "3" }],
    [2, null],
  ]);
  await pool.query("update changesets set purged_at = now() where id = 2");
  expect(await request("GET", "/api/changesets/2/changes")).toMatchObject({
    status: 410,
    body: { type: "/problems/history-purged" },
  });
  expect((await request("GET", "/api/changesets/2/changes.csv")).status).toBe(410);
});

test("changesets are filtered by kind, actor and time", async () => {
  await importBytes(context, "sku,name\na,A\n");
  await request("PATCH", "/api/products/a", { name: "B" });
  const idsOf = async (query: string): Promise<number[]> => {
    const { body } = await request("GET", `/api/changesets?${query}`);
    return (body["items"] as { id: number }[]).map(({ id }) => id);
  };
  expect(await idsOf("kind=import")).toEqual([1]);
  expect(await idsOf("kind=edit&actor=local")).toEqual([2]);
  expect(await idsOf("actor=unknown")).toEqual([]);
  expect(await idsOf("since=0000-01-01T00:00:00%2B12:00")).toEqual([2, 1]);
  expect(await idsOf("until=2020-01-01T00:00:00%2B23:59")).toEqual([]);
  const { body } = await request("GET", "/api/changesets/2");
  expect(await idsOf(`since=${body["started_at"] as string}`)).toEqual([2]);
  expect(await idsOf(`until=${body["started_at"] as string}`)).toEqual([1]);
});
