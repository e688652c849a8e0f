// Compares undo with its model (undo-model.ts). Random imports, edits, bulk changes, deletions and undos run one after another.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation } from "../../contract/changesets/operations.ts";
import type { UndoPreview } from "../../contract/changesets/undo.ts";
import { csvLine } from "../../src/csv-line.ts";
import { createTestDatabase } from "../support/database.ts";
import { importBytes } from "../support/import-file.ts";
import { createOperationApp } from "../support/operation-app.ts";
import { difference, readCatalogue, undo, type Change } from "./undo-model.ts";
import { runs } from "../support/random-runs.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database, 3);

const sku = fc.constantFrom("a", "b", "c", "d", "e/1", "F", "g g");
const name = fc.constantFrom("one", "two", "three");
const brand = fc.constantFrom("", "Acme", "Öre");
const policy = fc.constantFrom("keep" as const, "overwrite" as const);

type Step =
  | { kind: "import"; rows: [string, string, string][] }
  | { kind: "put"; sku: string; name: string }
  | { kind: "rename"; sku: string; to: string }
  | { kind: "delete"; sku: string }
  | { kind: "bulk"; body: object }
  | { kind: "undo"; which: number; policy: "keep" | "overwrite" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("import" as const),
      rows: fc.array(fc.tuple(sku, name, brand), { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("put" as const), sku, name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rename" as const), sku, to: sku }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), sku }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("bulk" as const),
      body: fc.oneof(
        fc.record({
          action: fc.constantFrom("activate", "deactivate", "delete"),
          skus: fc.array(sku, { minLength: 1 }),
        }),
        fc.record({ action: fc.constant("set"), skus: fc.array(sku, { minLength: 1 }), set: fc.record({ name }) }),
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("undo" as const), which: fc.nat(30), policy }) },
);

/** Performs the step. @returns the id of its changeset, or undefined if there was nothing to do */
async function take(next: Exclude<Step, { kind: "undo" }>): Promise<number | undefined> {
  const before = await newestChangeset();
  if (next.kind === "import")
    await importBytes(context, [["sku", "name", "Brand"], ...next.rows].map(csvLine).join(""));
  else if (next.kind === "bulk") await finish((await ask("POST", "/api/products/bulk", next.body)).body.id);
  else {
    const url = `/api/products/${encodeURIComponent(next.sku)}`;
    if (next.kind === "put") await app.inject({ method: "PUT", url, payload: { name: next.name } });
    else if (next.kind === "delete") await app.inject({ method: "DELETE", url });
    else await app.inject({ method: "PATCH", url, payload: { sku: next.to } });
  }
  const after = await newestChangeset();
  return after === before ? undefined : after;
}

async function newestChangeset(): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("select coalesce(max(id), 0) as id from changesets");
  return rows[0]?.id ?? 0;
}

const TIMEOUT_MS = 300_000;

test(
  "a sequence of random changes and undos gives the result of the model, and stores every version once",
  { timeout: TIMEOUT_MS },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        await pool.query("truncate products, product_history, search_backlog, operation_conflicts");
        const done: { changeset: number; changes: Map<number, Change> }[] = [];
        for (const next of steps) {
          const before = await readCatalogue(pool);
          if (next.kind === "undo") {
            const undone = done[next.which % Math.max(done.length, 1)];
            if (undone === undefined) continue;
            const changeset = await checkUndo(undone, next.policy);
            if (changeset === undefined) continue;
            done.push({ changeset, changes: difference(before, await readCatalogue(pool)) });
          } else {
            const changeset = await take(next);
            if (changeset !== undefined)
              done.push({ changeset, changes: difference(before, await readCatalogue(pool)) });
          }
          await checkVersions();
        }
      }),
      { numRuns: runs(15) },
    );
  },
);

async function checkUndo(
  { changeset, changes }: { changeset: number; changes: Map<number, Change> },
  how: "keep" | "overwrite",
): Promise<number | undefined> {
  const before = await readCatalogue(pool);
  const url = `/api/changesets/${changeset}/undo?policy=${how}`;
  const preview = await ask<UndoPreview>("POST", `${url}&preview=true`);
  const started = await ask("POST", url);
  if (started.status === 409) return undefined;
  expect([preview.status, started.status]).toEqual([200, 202]);
  const operation = await finish(started.body.id);
  expect(operation).toMatchObject({ state: "done", problem: null });
  const expected = undo(before, changes, how);
  const after = await readCatalogue(pool);
  expect(after).toEqual(expected.catalogue);
  checkCounts(operation, preview.body);
  expect(operation.kept).toBe(expected.kept.size);
  const changed = [...difference(before, after).values()];
  expect({ created: operation.created, updated: operation.updated, deleted: operation.deleted }).toEqual({
    created: changed.filter((change) => change.before === undefined).length,
    updated: changed.filter((change) => change.before !== undefined && change.after !== undefined).length,
    deleted: changed.filter((change) => change.after === undefined).length,
  });
  return operation.changeset_id;
}

/** Checks that the preview of the undo matches the result of the undo. */
function checkCounts(operation: Operation, preview: UndoPreview): void {
  const { total, created, updated, deleted, unchanged, kept, missing } = operation;
  expect(total).toBe(created + updated + deleted + unchanged + kept + missing);
  expect(preview).toMatchObject({ total, created, updated, deleted, unchanged, kept });
}

/** Checks that the versions of each product are consecutive and unique. Each entry of the search backlog has a `delta`: the number of
 * products that it adds or removes. Also checks that the sum of all deltas is the number of products. */
async function checkVersions(): Promise<void> {
  const { rows } = await pool.query<{ versions: number[] }>(
    `select array_agg(version order by version) as versions
     from (select id, version from products union all select id, version from product_history) v group by id`,
  );
  for (const { versions } of rows) expect(versions).toEqual(versions.map((_, index) => index + 1));
  const { rows: sums } = await pool.query<{ sum: number; count: number }>(
    "select coalesce((select sum(delta) from search_backlog), 0)::int as sum, (select count(*) from products)::int as count",
  );
  expect(sums[0]?.sum).toBe(sums[0]?.count);
}
