// What a restore refuses, asks and leaves behind: damaged, newer and older backups, used folders, and a killed restore.
import { randomUUID } from "node:crypto";
import { folderStore } from "../../src/imports/file-stores/folder-store.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, open, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { BackupFileError, verifyBackup } from "../../src/backup/backup-reader.ts";
import { BackupOutputError, writeOutputFile } from "../../src/backup/output-file.ts";
import { connectClient } from "../../src/db/connection/connect.ts";
import { refuseIncompleteRestore } from "../../src/db/data-dir/interrupted-restore.ts";
import { migrate } from "../../src/db/migrate.ts";
import { createTestDatabase } from "../support/database.ts";
import { dumpSchema } from "../support/dump-schema.ts";
import { createImportContext, importBytes, receiveBytes } from "../support/import-file.ts";
import { finishImport } from "../../src/imports/finish-import.ts";
import { readImport } from "../../src/imports/store.ts";
import { until } from "../support/until.ts";
import { backUp, makeDataDir, readCatalogue, restore, runRestore, urlOf } from "./support.ts";

const ROOT = join(import.meta.dirname, "../..");
const source = await createTestDatabase();
const dataDir = await makeDataDir();
const context = {
  ...(await createImportContext(source.pool)),
  store: folderStore(join(dataDir, "files"), randomUUID()),
};
const csv = `sku,name\n${Array.from({ length: 2000 }, (_, i) => `S-${i},Lamp ${i}\n`).join("")}`;
await importBytes(context, csv);
await writeFile(join(dataDir, "secrets.key"), "key of the backup\n", { mode: 0o600 });
await source.pool.query(`
  insert into users (name, name_key, role) values ('Ada', 'ada', 'admin');
  insert into sessions (user_id, token_hash, expires_at, address, agent)
    select id, sha256('s'), now() + interval '1 day', '127.0.0.1', 'test' from users;
  insert into api_keys (user_id, name, key_hash, prefix, last_four, scopes, local_folder, expires_at)
    select id, key_name, sha256(key_name::bytea), 'sku_aaaa', 'aaaa', '{read}', folder, now() + interval '90 days'
    from users, (values ('shop', null), ('local', 'folder')) keys (key_name, folder);
  insert into one_time_links (kind, user_id, token_hash, created_by, expires_at)
    select 'reset', id, sha256('l'), 'Ada', now() + interval '1 day' from users`);
const backup = join(dataDir, "backup.tar");
await backUp(backup, { database: source, data_dir: dataDir });
const committed = await readCatalogue(source.pool);

test("a restore brings back users and keys, but no session, no link and no key of a data folder", async () => {
  const target = await createTestDatabase("empty");
  const dir = await makeDataDir();
  await restore(backup, { database: target, data_dir: dir });
  const { rows } = await target.pool.query(`select (select array_agg(name) from users) as users,
    (select array_agg(local_folder) from api_keys) as folders, (select count(*)::int from sessions) as sessions,
    (select count(*)::int from one_time_links) as links, (select array_agg(action) from audit_log) as audit`);
  expect(rows).toEqual([{ users: ["Ada"], folders: [null], sessions: 0, links: 0, audit: ["backup-restored"] }]);
  expect((await stat(join(dir, "secrets.key"))).mode & 0o777).toBe(0o600);
  expect(await dumpSchema(target.pool)).toBe(await dumpSchema(source.pool));
});

test("if uploaded files are in a bucket, a backup contains the unfinished imports without their files", async () => {
  const { id } = await receiveBytes(context, "sku,name\nB-1,Bucket\n");
  const path = join(dataDir, "bucket.tar");
  const report = await backUp(path, { database: source, data_dir: dataDir, has_bucket: true });
  expect(report).toMatchObject({ imports: 1, files: 0, missing: [] });
  await finishImport(context, id, "cancelled");
  const target = await createTestDatabase("empty");
  await restore(path, { database: target, data_dir: await makeDataDir() });
  expect(await readImport(target.pool, id)).toMatchObject({ state: "scanning" });
});

test("a damaged or incomplete backup is refused before anything changes", async () => {
  const { size } = await stat(backup);
  const copy = join(dataDir, "copy.tar");
  const damage = async (change: (path: string) => Promise<unknown>): Promise<void> => {
    await cp(backup, copy);
    await change(copy);
    await expect(verifyBackup(copy)).rejects.toThrow(BackupFileError);
  };
  // Each position belongs to another part: header, manifest, key, tables, checksums, end.
  for (const at of [
    0,
    150,
    700,
    Math.floor(size / 3),
    Math.floor(size / 2),
    size - 4000,
    size - 1500,
    size - 700,
    size - 1,
  ])
    await damage(async (path) => {
      const file = await open(path, "r+");
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
      await file.write(Buffer.from([(buffer[0] as number) ^ 0x41]), 0, 1, at);
      await file.close();
    });
  for (const length of [0, 511, 600, Math.floor(size / 2), size - 4000, size - 1024, size - 512, size - 1])
    await damage((path) => truncate(path, length));
  await damage((path) => writeFile(path, "more", { flag: "a" }));
  await damage((path) => writeFile(path, csv));

  const dir = join(await mkdtemp(join(tmpdir(), "skuport-none-")), "data");
  const target = await createTestDatabase();
  await expect(runRestore([copy, "--replace"], target, dir)).rejects.toThrow("Nothing was changed");
  await expect(stat(dir)).rejects.toThrow("ENOENT");
});

test("a restore into a used database asks first, and replaces everything or nothing", async () => {
  const target = await createTestDatabase();
  const dir = await makeDataDir();
  await importBytes({ ...context, pool: target.pool }, "sku,name\nOLD-1,Old\n");
  await target.pool.query("create table of_another_program (n int); insert into of_another_program values (7)");
  await writeFile(join(dir, "files/left-over"), "");
  const before = await readCatalogue(target.pool);
  expect(await runRestore([backup], target, dir)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("--replace") as string,
  });
  expect(await runRestore([backup], target, dir, "n")).toMatchObject({ code: 3 });
  expect(await readCatalogue(target.pool)).toBe(before);
  expect(await readdir(join(dir, "files"))).toEqual(["left-over"]);

  expect(await runRestore([backup], target, dir, "y")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Restored 2,000 products/) as string,
  });
  expect(await readCatalogue(target.pool)).toBe(committed);
  expect((await target.pool.query("select n from of_another_program")).rows).toEqual([{ n: 7 }]);
  expect(await readdir(join(dir, "files"))).toEqual([]);
  expect(await readFile(join(dir, "secrets.key"), "utf8")).toBe("key of the backup\n");
  expect(await runRestore([backup, "--replace"], target, dir)).toMatchObject({ code: 0 });
});

test.each(["serve", "work", "webhooks", "import", "export", "users", "backup", "rotate-key", "migrate"])(
  "a restore is refused while `skuport %s` uses the database",
  async (command) => {
    const target = await createTestDatabase();
    const other = await connectClient(target.address, { application_name: `skuport ${command}` });
    const refused = runRestore([backup, "--replace"], target, await makeDataDir());
    await expect(refused).rejects.toThrow(`in use by skuport ${command}.`);
    await other.end();
  },
);

test("an error during the restore changes nothing", async () => {
  const target = await createTestDatabase();
  const dir = await makeDataDir();
  await importBytes({ ...context, pool: target.pool }, "sku,name\nOLD-1,Old\n");
  const before = await readCatalogue(target.pool);
  // A view that depends on a table prevents the restore from dropping the table.
  await target.pool.query("create view of_another_program as select sku from products");
  await expect(runRestore([backup, "--replace"], target, dir)).rejects.toThrow("depend");
  expect(await readCatalogue(target.pool)).toBe(before);
  expect(await readdir(dir)).toEqual(["files"]);
});

test("a killed restore is detected, leaves the database as it was, and can be repeated", async () => {
  const target = await createTestDatabase();
  const dir = await makeDataDir();
  await importBytes({ ...context, pool: target.pool }, "sku,name\nOLD-1,Old\n");
  const before = await readCatalogue(target.pool);
  // The restore waits for this lock, so that it is killed in the middle.
  const blocker = await connectClient(target.address, { application_name: "test" });
  await blocker.query("begin; lock table products in access share mode");
  const env = { ...process.env, DATABASE_URL: urlOf(target), SKUPORT_DATA_DIR: dir };
  const child = spawn(process.execPath, [join(ROOT, "src/main.ts"), "restore", backup, "--replace"], {
    env,
    stdio: "ignore",
  });
  await until(async () => (await readdir(dir)).includes("restore-incomplete"));
  child.kill("SIGKILL");
  await once(child, "exit");
  await blocker.end();

  await expect(refuseIncompleteRestore(dir)).rejects.toThrow("restore");
  const server = spawn(process.execPath, [join(ROOT, "src/main.ts"), "serve", "--port", "0"], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const errors = text(server.stderr);
  expect((await once(server, "exit"))[0]).toBe(1);
  expect(await errors).toContain("was interrupted");
  expect(await readCatalogue(target.pool)).toBe(before);

  await until(async () => {
    const { rows } = await target.pool.query<{ open: boolean }>(
      "select exists (select 1 from pg_stat_activity where datname = current_database() and application_name = 'skuport restore') as open",
    );
    return rows[0]?.open === false;
  });
  // Without --replace: the killed restore has already been confirmed.
  expect(await runRestore([backup], target, dir)).toMatchObject({ code: 0 });
  expect(await readCatalogue(target.pool)).toBe(committed);
  await refuseIncompleteRestore(dir);
});

test("a newer backup is refused, with the version that can restore it", async () => {
  const target = await createTestDatabase("empty");
  const client = await connectClient(target.address, { application_name: "skuport test" });
  await migrate(client);
  await client.query("insert into schema_migrations values (9999, '9999_future', 'x')");
  await client.end();
  await expect(backUp(join(dataDir, "newer.tar"), { database: target, data_dir: dataDir })).rejects.toThrow(
    "newer than this program",
  );

  const verified = await verifyBackup(backup);
  const { planMigrations } = await import("../../src/backup/restore-backup.ts");
  const migrations = [
    ...verified.manifest.migrations,
    { version: verified.manifest.migrations.length + 1, name: "9999_future", checksum: "x" },
  ];
  await expect(
    planMigrations({ ...verified, manifest: { ...verified.manifest, skuport: "9.0.0", migrations } }),
  ).rejects.toThrow(/made by Skuport 9\.0\.0 and has the migration 9999_future.*Nothing was changed/);
});

test("a backup that does not fit on the disk leaves no file", async () => {
  const dir = await mkdtemp(join(tmpdir(), "skuport-full-"));
  await mkdir(join(dir, "out"));
  const write = writeOutputFile(join(dir, "out/backup.tar"), Number.MAX_SAFE_INTEGER, (sink) =>
    sink(Buffer.alloc(512)),
  );
  await expect(write).rejects.toThrow(BackupOutputError);
  expect(await readdir(join(dir, "out"))).toEqual([]);
});
