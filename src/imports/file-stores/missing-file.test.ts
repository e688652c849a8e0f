// A worker that does not find the file of an import leaves the import to others. The import fails only if no worker finds the file.
import { rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Import } from "../../../contract/imports/imports.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, receiveBytes, uploadedFiles, workOn } from "../../../tests/support/import-file.ts";
import { uploadedPath } from "../context.ts";
import { runLoader } from "../load/loader.ts";
import { runScan } from "../scan/run-scan.ts";
import { readImport, readImportWork } from "../store.ts";
import { STORE_FILE } from "./folder-store.ts";
import { openFileStore } from "./open-store.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 10);
const { signal } = new AbortController();
const ROWS = 35;
const CSV = `sku,name\n${Array.from({ length: ROWS }, (_, i) => `S-${i},Name ${i}\n`).join("")}`;

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade");
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
  await openFileStore(pool, context.store.folder, { adopts: false });
});

const pathOf = async (id: number): Promise<string> =>
  uploadedPath(context, (await readImportWork(pool, id))?.file ?? "");
const stateOf = async (id: number): Promise<Import> => (await readImport(pool, id)) as Import;
/** Sets when the file was first missed. A time in the future is certainly less than 2 minutes ago, however slow the machine is. */
const setMissing = (id: number, interval: string): Promise<unknown> =>
  pool.query(
    "update imports set file_missing_since = now() + $2::interval where id = $1 and file_missing_since is not null",
    [id, interval],
  );

describe.each([
  ["scan", (id: number) => runScan(context, id, signal), "scanning"],
  ["load", (id: number) => runLoader(context, id, signal), "loading"],
] as const)("during the %s", (_, attempt, state) => {
  async function begin(): Promise<{ id: number; path: string }> {
    const { id } = await receiveBytes(context, CSV);
    if (state === "loading") await runScan(context, id, signal);
    return { id, path: await pathOf(id) };
  }

  test("an import whose file is missing waits, and continues when the file is there again", async () => {
    const { id, path } = await begin();
    await rename(path, `${path}-away`);
    await attempt(id);
    await setMissing(id, "1 hour");
    await attempt(id);
    expect(await stateOf(id)).toMatchObject({ state, wait_reason: "file-missing", problem: null });
    await rename(`${path}-away`, path);
    expect(await workOn(context, id)).toMatchObject({ state: "done", created: ROWS, wait_reason: null });
  });

  test("an import whose file no worker finds for 2 minutes fails, and the message gives the reason", async () => {
    const { id, path } = await begin();
    await unlink(path);
    await attempt(id);
    await setMissing(id, "-121 seconds");
    await attempt(id);
    const { problem, ...ended } = await stateOf(id);
    expect(ended).toMatchObject({ state: "failed", wait_reason: null });
    expect(problem?.type).toBe("/problems/file-missing");
    expect(problem?.detail).toContain("no longer in the folder of uploaded files");
  });

  test("a worker whose folder is not the import's store any more never fails the import", async () => {
    const { id, path } = await begin();
    await rename(path, `${path}-away`);
    await attempt(id);
    await setMissing(id, "-1 day");
    // As if a network disk was not mounted: the folder exists, and is empty.
    const marker = join(context.store.folder, STORE_FILE);
    await rename(marker, `${marker}-away`);
    await attempt(id);
    expect(await stateOf(id)).toMatchObject({ state, problem: null });
    await rename(`${marker}-away`, marker);
    await rename(`${path}-away`, path);
    expect(await workOn(context, id)).toMatchObject({ state: "done", created: ROWS });
  });
});

test("a loader that does not find the file never fails an import whose chunks are done", async () => {
  const { id } = await receiveBytes(context, CSV);
  await runScan(context, id, signal);
  const path = await pathOf(id);
  // The last loader has committed its last chunk, and another process has deleted the file.
  await pool.query("update import_chunks set done = true, created = records where import_id = $1", [id]);
  await unlink(path);
  await pool.query("update imports set file_missing_since = now() - interval '1 day' where id = $1", [id]);
  await runLoader(context, id, signal);
  expect(await stateOf(id)).toMatchObject({ state: "done", created: ROWS, problem: null });
});
