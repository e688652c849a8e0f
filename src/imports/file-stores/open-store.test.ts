import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes, receiveBytes } from "../../../tests/support/import-file.ts";
import { readImportWork } from "../store.ts";
import { FileStoreError } from "./file-store.ts";
import { folderStore, STORE_FILE } from "./folder-store.ts";
import { openFileStore } from "./open-store.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);
const root = await mkdtemp(join(tmpdir(), "skuport-store-"));
afterAll(() => rm(root, { recursive: true, force: true }));

const storeOf = async (id: number): Promise<string | null | undefined> => (await readImportWork(pool, id))?.store_id;

test("processes that open the same folder at the same time agree on one id, which stays", async () => {
  const folder = join(root, "deep/files");
  const opened = await Promise.all(Array.from({ length: 8 }, () => openFileStore(pool, folder, { adopts: false })));
  const [id = ""] = opened.map((store) => store.id);
  expect(new Set(opened.map((store) => store.id)).size).toBe(1);
  expect((await openFileStore(pool, folder, { adopts: false })).id).toBe(id);
  expect(await readdir(folder)).toEqual([STORE_FILE]);
  expect(await readFile(join(folder, STORE_FILE), "utf8")).toBe(`${id}\n`);
  const { rows } = await pool.query<{ location: string }>("select location from file_stores where id = $1", [id]);
  expect(rows[0]?.location.endsWith(`:${folder}`)).toBe(true);
});

test("another folder is another store", async () => {
  const other = await openFileStore(pool, join(root, "other"), { adopts: false });
  expect(other.id).not.toBe(context.store.id);
  expect(await other.isOpen()).toBe(true);
  expect(await folderStore(join(root, "other"), context.store.id).isOpen()).toBe(false);
  expect(await folderStore(join(root, "none"), other.id).isOpen()).toBe(false);
});

test("a damaged id is refused and not replaced", async () => {
  const folder = await mkdtemp(join(root, "damaged-"));
  await writeFile(join(folder, STORE_FILE), "half an id");
  await expect(openFileStore(pool, folder, { adopts: false })).rejects.toThrow(FileStoreError);
  expect(await readFile(join(folder, STORE_FILE), "utf8")).toBe("half an id");
});

test("unfinished imports without a store belong to the first store that adopts them, and only these", async () => {
  const old = (await receiveBytes(context, "sku,name\nA,One\n")).id;
  const ended = (await importBytes(context, "sku,name\nB,Two\n")).id;
  const own = (await receiveBytes(context, "sku,name\nC,Three\n")).id;
  await pool.query("update imports set store_id = null where id = any ($1::bigint[])", [[old, ended]]);
  const folder = join(root, "adopting");
  const { id } = await openFileStore(pool, folder, { adopts: false });
  expect(await storeOf(old)).toBeNull();
  await openFileStore(pool, folder, { adopts: true });
  expect(await Promise.all([old, ended, own].map(storeOf))).toEqual([id, null, context.store.id]);
  await openFileStore(pool, join(root, "late"), { adopts: true });
  expect(await storeOf(old)).toBe(id);
});
