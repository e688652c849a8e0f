// Backups during an import and edits, restored elsewhere.
import { randomUUID } from "node:crypto";
import { folderStore } from "../../src/imports/file-stores/folder-store.ts";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createEditor } from "../../src/catalog/edit/edit-product.ts";
import { openFileStore } from "../../src/imports/file-stores/open-store.ts";
import { takeOverSilentImports } from "../../src/imports/recovery/take-over.ts";
import { readImport } from "../../src/imports/store.ts";
import { connectClient } from "../../src/db/connection/connect.ts";
import { dumpSchema } from "../support/dump-schema.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, receiveBytes, uploadedFiles, workOn } from "../support/import-file.ts";
import { until } from "../support/until.ts";
import { backUp, makeDataDir, readCatalogue, restore } from "./support.ts";

const ROWS = 6000;
const source = await createTestDatabase();
const dataDir = await makeDataDir();
const context = {
  ...(await createImportContext(source.pool, 50)),
  store: folderStore(join(dataDir, "files"), randomUUID()),
};
await writeFile(join(dataDir, "secrets.key"), "# a key\nAAAA\n", { mode: 0o600 });
await writeFile(join(dataDir, "local.key"), "sku_local_x", { mode: 0o600 });

const csv = (name: string): string =>
  `sku,name,price\n${Array.from({ length: ROWS }, (_, i) => `S-${i},${name} ${i},"${i},5"\n`).join("")}`;

/** The values of imported products, without times and ids. */
const valuesIn = async (pool: typeof source.pool): Promise<unknown[]> =>
  (await pool.query<object>("select sku, name, attributes from products where sku like 'S-%' order by sku_key")).rows;

test("a backup made during an import and edits shows one committed state, and the import continues after the restore", async () => {
  expect((await workOn(context, (await receiveBytes(context, csv("First"))).id)).state).toBe("done");
  const edit = createEditor(source.pool);
  const { id } = await receiveBytes(context, csv("Second"));
  const countDone = async (db: Pick<typeof source.pool, "query">): Promise<number> =>
    (
      await db.query<{ done: number }>(
        "select count(*)::int as done from import_chunks where import_id = $1 and done",
        [id],
      )
    ).rows[0]?.done ?? 0;
  // While this transaction is open, the import can load all chunks except one.
  const holder = await connectClient(source.address, { application_name: "skuport test" });
  await holder.query("begin; select from products where sku_key = 's-5000' for update");
  const importing = workOn(context, id);
  const ending = new AbortController();
  const over = ending.signal;
  const editing = (async () => {
    for (let i = 0; !over.aborted; i++)
      await edit(`s-${i % 10}`, { actor: "test", reason: undefined }, (current) => ({
        ...(current as NonNullable<typeof current>),
        description: `edit ${i}`,
      }));
  })();

  await until(async () => (await countDone(source.pool)) > 0);
  const backups: { path: string; committed: string; done: number }[] = [];
  while (backups.length < 4) {
    if (backups.length === 2) await holder.end();
    const path = join(dataDir, `${backups.length}.tar`);
    let committed = "";
    let done = 0;
    const report = await backUp(path, {
      database: source,
      data_dir: dataDir,
      async onSnapshot(client) {
        const { rows } = await client.query<{ id: string }>("select pg_export_snapshot() as id");
        const other = await connectClient(source.address, { application_name: "skuport test" });
        await other.query(`begin isolation level repeatable read; set transaction snapshot '${rows[0]?.id ?? ""}'`);
        committed = await readCatalogue(other);
        done = await countDone(other);
        await other.end();
      },
    });
    expect(report).toMatchObject({ products: ROWS, missing: [], has_keys: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    backups.push({ path, committed, done });
  }
  await importing;
  ending.abort();
  await editing;
  expect(backups[0]?.done).toBeGreaterThan(0);
  expect(backups[1]?.done).toBeLessThan(Math.ceil(ROWS / 50));

  for (const { path, committed } of backups) {
    const target = await createTestDatabase("empty");
    const targetDir = await makeDataDir();
    expect(await restore(path, { database: target, data_dir: targetDir })).toBe(ROWS);
    expect(await readCatalogue(target.pool)).toBe(committed);
    expect(await dumpSchema(target.pool)).toBe(await dumpSchema(source.pool));
    expect((await readdir(targetDir)).sort()).toEqual(["files", "secrets.key"]);
    expect(await readFile(join(targetDir, "secrets.key"), "utf8")).toBe("# a key\nAAAA\n");

    const woken: number[] = [];
    const wake = (_: unknown, importId: number): Promise<void> => Promise.resolve(void woken.push(importId));
    // The first server that starts on the restored folder adopts its imports.
    const filesDir = join(targetDir, "files");
    const store = await openFileStore(target.pool, filesDir, { adopts: true });
    expect(store.id).not.toBe(context.store.id);
    const restored = { ...context, pool: target.pool, store };
    await target.pool.query("update imports set updated_at = updated_at - interval '1 hour'");
    await takeOverSilentImports({ ...restored, sendScan: wake, sendLoaders: wake }, 1000);
    const before = await readImport(target.pool, id);
    expect(woken).toEqual(before?.state === "done" ? [] : [id]);
    const after = await workOn(restored, id);
    expect(after).toMatchObject({ state: "done", rejected: 0, superseded: 0 });
    expect(await valuesIn(target.pool)).toEqual(await valuesIn(source.pool));
    expect(await uploadedFiles(filesDir)).toEqual([]);
    // Ids of new rows continue after those of the backup.
    const { rows } = await target.pool.query<{ is_new: boolean }>(
      `with added as (insert into changesets (kind, actor) values ('edit', 'test') returning id)
       select (select id from added) > (select max(id) from changesets) as is_new`,
    );
    expect(rows).toEqual([{ is_new: true }]);
  }
});
