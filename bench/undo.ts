// Measures the undo of an import (with and without later edits), the deletion of all products, and the undo of this deletion. All
// requests are sent over HTTP.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { call } from "../client/call.ts";
import { patch_product } from "../contract/catalog/edit-products.ts";
import { undo_changeset, type UndoPreview } from "../contract/changesets/undo.ts";
import { connectClient } from "../src/db/connection/connect.ts";
import { settle } from "./catalogue.ts";
import { generateFile } from "./generate.ts";
import { change, expectEqual, importFile, undo } from "./requests.ts";
import { startServer, type BenchServer } from "./server.ts";

/** Number of products that are edited between an import and its undo. */
const EDITED = 1000;

export interface UndoResult {
  rows: number;
  created_ms: number;
  changed_ms: number;
  undo_ms: number;
  /** Time of a preview of the undo of an import. Before the preview, EDITED of the imported products were edited. */
  preview_ms: number;
  undo_edited_ms: number;
  delete_all_ms: number;
  undo_delete_all_ms: number;
}

export async function measureUndo(rows: number): Promise<UndoResult> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-undo-"));
  const server = await startServer(join(folder, "data"));
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  try {
    const [first, second] = [join(folder, "first.csv"), join(folder, "second.csv")];
    await generateFile(first, { rows });
    await generateFile(second, { rows, suffix: " II" });
    return { rows, ...(await measure(server, db, first, second)) };
  } finally {
    await db.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  server: BenchServer,
  db: pg.ClientBase,
  first: string,
  second: string,
): Promise<Omit<UndoResult, "rows">> {
  const created = await importFile(server, first);
  const before = await checksum(db);
  await settle(db);
  const changed = await importFile(server, second);
  await settle(db);
  const undone = await undo(server, changed.changeset_id as number);
  expectEqual("the table after the undo", await checksum(db), before);
  expectEqual("reverted products", undone.updated, changed.updated);

  const again = await importFile(server, second);
  const skus = await edit(server, db);
  await settle(db);
  const previewed = await preview(server, again.changeset_id as number);
  expectEqual("products that the preview keeps", previewed.kept, EDITED);
  const kept = await undo(server, again.changeset_id as number);
  expectEqual("kept products", kept.kept, EDITED);
  expectEqual("products that still have their edit", await countEdited(db, skus), EDITED);

  await settle(db);
  const all = await checksum(db);
  const count = created.created;
  const cleared = await change(server, { action: "delete", filter: {}, confirm: count });
  expectEqual("deleted products", cleared.deleted, count);
  await settle(db);
  const back = await undo(server, cleared.changeset_id);
  expectEqual("the table after the undo of deleting all", await checksum(db), all);
  return {
    created_ms: created.ms,
    changed_ms: changed.ms,
    undo_ms: undone.ms,
    preview_ms: previewed.ms,
    undo_edited_ms: kept.ms,
    delete_all_ms: cleared.ms,
    undo_delete_all_ms: back.ms,
  };
}

async function preview(server: BenchServer, id: number): Promise<UndoPreview & { ms: number }> {
  const started = performance.now();
  const found = await call(
    undo_changeset,
    { params: { id }, querystring: { preview: true } },
    { base_url: server.url },
  );
  return { ...(found as UndoPreview), ms: performance.now() - started };
}

/** Edits products spread over the catalogue and returns their SKUs. */
async function edit(server: BenchServer, db: pg.ClientBase): Promise<string[]> {
  const { rows } = await db.query<{ sku: string }>(
    `select sku from (select sku, row_number() over (order by sku_key) as n, count(*) over () as count from products) p
     where n % (count / $1) = 0 limit $1`,
    [EDITED],
  );
  for (const { sku } of rows) {
    await call(patch_product, { params: { sku }, body: { description: "edited" } }, { base_url: server.url });
  }
  return rows.map(({ sku }) => sku);
}

async function countEdited(db: pg.ClientBase, skus: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*) as count from products where sku = any ($1) and description = 'edited'",
    [skus],
  );
  return rows[0]?.count ?? 0;
}

/** Returns a checksum of all columns except versions, change times and last changesets. */
async function checksum(db: pg.ClientBase): Promise<string> {
  const columns = "sku_key, id, sku, name, description, active, attributes, created_in, source_line, created_at";
  const { rows } = await db.query<{ sum: string }>(
    `select count(*) || ' ' || md5(string_agg(md5(row(${columns})::text), '' order by sku_key)) as sum from products`,
  );
  return rows[0]?.sum ?? "";
}
