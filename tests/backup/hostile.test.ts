// Backups whose checksums are right and whose contents are not, as an attacker or another program can make them.
import { folderStore } from "../../src/imports/file-stores/folder-store.ts";
import { randomBytes, randomUUID } from "node:crypto";
import { chown, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BackupFileError, readMembers, verifyBackup, type Member } from "../../src/backup/backup-reader.ts";
import { BackupWriter } from "../../src/backup/backup-writer.ts";
import { KEY_MEMBER, MANIFEST, type Manifest } from "../../src/backup/manifest.ts";
import { writeOutputFile } from "../../src/backup/output-file.ts";
import { RestoreError } from "../../src/backup/restore-backup.ts";
import { stageFiles } from "../../src/backup/restored-files.ts";
import { mountSmallDisk, NO_SMALL_DISK } from "../faults/support/small-disk.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes } from "../support/import-file.ts";
import { backUp, makeDataDir, readCatalogue, restore } from "./support.ts";

const PART = "tables/products/000000.gz";
const database = await createTestDatabase();
const dataDir = await makeDataDir();
const context = {
  ...(await createImportContext(database.pool)),
  store: folderStore(join(dataDir, "files"), randomUUID()),
};
await importBytes(context, "sku,name\nA,Lamp\nB,Desk lamp\n");
await writeFile(join(dataDir, "secrets.key"), "key\n", { mode: 0o600 });
const backup = join(dataDir, "backup.tar");
await backUp(backup, { database, data_dir: dataDir });
const committed = await readCatalogue(database.pool);

/** Writes a copy of the backup with other members and matching checksums. */
async function copyWith(
  change: (member: Member) => Member[],
  manifestChanges: Partial<Manifest> = {},
): Promise<string> {
  const path = join(dataDir, `${randomUUID()}.tar`);
  const original = await verifyBackup(backup);
  await writeOutputFile(path, 0, async (sink) => {
    const writer = new BackupWriter(sink);
    await writer.writeManifest({ ...original.manifest, ...manifestChanges });
    for await (const member of readMembers(original))
      if (member.name !== MANIFEST) for (const { name, bytes } of change(member)) await writer.writeMember(name, bytes);
    for (const [table, rows] of Object.entries(original.checksums.rows)) writer.noteRows(table, rows);
    await writer.end();
  });
  return path;
}

const replacing =
  (name: string, bytes: Buffer) =>
  (member: Member): Member[] => [member.name === name ? { name, bytes } : member];
const adding = (name: string) => (member: Member) => [
  member,
  ...(member.name === PART ? [{ name, bytes: gzipSync("x") }] : []),
];

describe("a backup with matching checksums is refused, and nothing is changed, if", () => {
  test.each<[string, string, () => Promise<string>]>([
    ["a part is a bomb", "cannot be decompressed", () => copyWith(replacing(PART, gzipSync(Buffer.alloc(65 << 20))))],
    ["a part is not compressed", "cannot be decompressed", () => copyWith(replacing(PART, Buffer.from("A\n")))],
    ["a table has too few rows", "products has 0 rows instead of 2", () => copyWith(replacing(PART, gzipSync("")))],
    [
      "a table has no part",
      "products has 0 rows instead of 2",
      () => copyWith((one) => (one.name === PART ? [] : [one])),
    ],
    ["it contains an unknown table", "does not contain", () => copyWith(adding("tables/pg_authid/000000.gz"))],
    ["it contains an unknown file", "does not contain", () => copyWith(adding(`files/${randomUUID()}/000000.gz`))],
    [
      "a file is incomplete",
      "is incomplete",
      () => copyWith((one) => [one], { files: [{ name: randomUUID(), bytes: 5 }] }),
    ],
    ["a name is a path", "cannot be read", () => copyWith((one) => [one], { files: [{ name: "../../x", bytes: 0 }] })],
    [
      "a table is not a name",
      "cannot be read",
      () => copyWith((one) => [one], { tables: [{ name: "a; b", columns: ["c"] }] }),
    ],
  ])("%s", async (_, message, make) => {
    const path = await make();
    const restored = restore(path, { database, data_dir: dataDir });
    await expect(restored).rejects.toThrow(BackupFileError);
    await expect(restored).rejects.toThrow(message);
    expect(await readCatalogue(database.pool)).toBe(committed);
    expect((await readdir(dataDir)).filter((name) => name.startsWith("restore"))).toEqual([]);
  });

  test("none of this is the case, so the tests above can fail", async () => {
    const path = await copyWith((member) => [member]);
    expect(await restore(path, { database: await createTestDatabase(), data_dir: await makeDataDir() })).toBe(2);
  });
});

/** Returns the paths of the files that this process has open. */
async function openFiles(): Promise<string[]> {
  const descriptors = await readdir("/proc/self/fd");
  return Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "closed meanwhile")));
}

test("a disk that becomes full during the restore is reported, and nothing is changed", async ({ skip }) => {
  skip(NO_SMALL_DISK !== undefined, NO_SMALL_DISK);
  const name = randomUUID();
  const path = join(dataDir, `${name}.tar`);
  const original = await verifyBackup(backup);
  await writeOutputFile(path, 0, async (sink) => {
    const writer = new BackupWriter(sink);
    const bytes = randomBytes(3 << 20);
    await writer.writeManifest({ ...original.manifest, files: [{ name, bytes: bytes.length }] });
    await writer.writeParts("files", name, Readable.from([bytes]));
    await writer.end();
  });
  const { folder } = mountSmallDisk(1);
  const restored = restore(path, { database, data_dir: folder });
  await expect(restored).rejects.toThrow(RestoreError);
  await expect(restored).rejects.toThrow("became full. Nothing was changed. Free some space");
  expect(await readCatalogue(database.pool)).toBe(committed);
  expect(await readdir(folder)).toEqual([]);
  expect((await openFiles()).filter((file) => file.startsWith(folder))).toEqual([]);
});

/** The user `nobody`. */
const NOBODY = 65_534;

test("files that root restores belong to the owner of the data folder", async ({ skip }) => {
  skip(process.getuid?.() !== 0, "needs root");
  const target = await makeDataDir();
  await chown(target, NOBODY, NOBODY);
  await restore(backup, { database: await createTestDatabase(), data_dir: target });
  for (const name of ["files", "secrets.key"])
    expect(await stat(join(target, name))).toMatchObject({ uid: NOBODY, gid: NOBODY });
  expect((await verifyBackup(backup)).checksums.members.map(({ name }) => name)).toContain(KEY_MEMBER);
});

describe("a restore follows no symbolic link that the user of the server has put into the data folder", () => {
  test("in place of the mark of an interrupted restore", async () => {
    const target = await makeDataDir();
    const other = await otherFile();
    await symlink(other, join(target, "restore-incomplete"));
    await expect(restore(backup, { database: await createTestDatabase(), data_dir: target })).rejects.toThrow("ELOOP");
    expect(await readFile(other, "utf8")).toBe("of root");
  });

  test("in place of a file that is being restored", async () => {
    const target = await makeDataDir();
    const other = await otherFile();
    const name = randomUUID();
    const staged = await stageFiles(target, { files: [{ name, bytes: 1 }] });
    const path = join(target, "restore", "files", name);
    await rm(path);
    await symlink(other, path);
    await expect(staged.write(name, Buffer.from("x"))).rejects.toThrow("ELOOP");
    expect(await readFile(other, "utf8")).toBe("of root");
  });

  test("beside the restored files, when root gives them to the owner of the data folder", async ({ skip }) => {
    skip(process.getuid?.() !== 0, "needs root");
    const target = await makeDataDir();
    await chown(target, NOBODY, NOBODY);
    const other = await otherFile();
    const staged = await stageFiles(target, { files: [] });
    await symlink(other, join(target, "restore", "link"));
    await staged.finish();
    expect((await stat(other)).uid).toBe(0);
  });

  async function otherFile(): Promise<string> {
    const path = join(await makeDataDir(), "other");
    await writeFile(path, "of root");
    return path;
  }
});
