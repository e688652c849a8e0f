// Tests that an import fails if none of its rows was applied, and that the failed import still has its counts. An import of unchanged
// products does not fail.
import { beforeEach, expect, test } from "vitest";
import type { ImportOptions } from "../../../contract/imports/imports.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  rejectsOf,
} from "../../../tests/support/import-file.ts";
import { nothingImported } from "../problems.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);

beforeEach(() =>
  pool.query("truncate products, product_history, imports, import_chunks, import_rejects, events cascade"),
);

/** The type of the event that reported the end of the import, and the slug of its problem. */
async function endEvent(importId: number): Promise<{ type: string; problem: string | null } | undefined> {
  const { rows } = await pool.query<{ type: string; problem: string | null }>(
    `select type, data -> 'problem' ->> 'type' as problem from events
     where type <> 'import.started' and (data ->> 'import_id')::int = $1`,
    [importId],
  );
  return rows[0];
}

test.each<[string, string, Partial<ImportOptions>, number, string]>([
  [
    "the scan",
    "sku,name\n,One\n,Two\n,Three\nA,One,more\n",
    {},
    4,
    'Nothing was imported. Of 4 rows: 4 rejected. Most frequent reason: The SKU is empty, in column "sku" (3 rows). Fix the rejected rows and import them again.',
  ],
  [
    "the loaders",
    "sku,name\nN-1,One\n",
    { mode: "update" },
    1,
    'Nothing was imported. Of 1 row: 1 rejected. Most frequent reason: The product does not exist and the import only updates products, in column "sku" (1 row). Fix the rejected rows and import them again.',
  ],
  [
    "the loaders, with two rows of the same SKU,",
    "sku,name\nN-1,\nn-1,\n",
    {},
    1,
    'Nothing was imported. Of 2 rows: 1 rejected, 1 superseded by a row that was not applied. Most frequent reason: A new product needs a name, in column "name" (1 row). Fix the rejected rows and import them again.',
  ],
])("an import of which %s rejected all rows fails and lists them", async (_, content, options, rejected, detail) => {
  const made = await importBytes(context, content, options);
  expect(made).toMatchObject({
    state: "failed",
    rejected,
    created: 0,
    problem: { type: "/problems/nothing-imported", title: "Nothing was imported", status: 422, detail },
  });
  expect(await rejectsOf(context, made.id)).toHaveLength(rejected);
  expect(await endEvent(made.id)).toEqual({ type: "import.failed", problem: "/problems/nothing-imported" });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("a file without rows fails", async () => {
  const made = await importBytes(context, "sku,name\n");
  expect(made).toMatchObject({ state: "failed", rows: 0, problem: { type: "/problems/nothing-imported" } });
  expect(made.problem?.detail).toMatch(/^The file has no rows below the header, so nothing was imported\./);
});

test("an import whose products were all up to date already ends as done", async () => {
  const content = "sku,name\nA,One\nB,Two\n";
  expect(await importBytes(context, content)).toMatchObject({ state: "done", created: 2 });
  const again = await importBytes(context, `${content},Three\n`);
  expect(again).toMatchObject({ state: "done", problem: null, unchanged: 2, rejected: 1, fraction: 1 });
  expect(await endEvent(again.id)).toEqual({ type: "import.completed", problem: null });
});

test("a strict import that fails because of rejected rows keeps its own problem", async () => {
  const made = await importBytes(context, "sku,name\n,One\n", { strict: true });
  expect(made).toMatchObject({ state: "failed", rejected: 1, problem: { type: "/problems/rejected-rows" } });
});

test("the message names ignored rows, which need no correction", () => {
  const none = { created: 0, updated: 0, unchanged: 0, deleted: 0, adds: 0, superseded: 0, rejected: 0 };
  const counts = { ...none, rows: 1200, ignored: 1200 };
  expect(nothingImported(counts, undefined).message).toBe(
    "Nothing was imported. Of 1,200 rows: 1,200 ignored because they are not products. Check that this is the right file, and check the conditions of its mapping.",
  );
});
