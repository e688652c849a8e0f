import { folderStore } from "../file-stores/folder-store.ts";
import { randomUUID } from "node:crypto";
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes, receiveBytes, uploadedFiles } from "../../../tests/support/import-file.ts";
import { readImportWork } from "../store.ts";
import { sweepFiles } from "./sweep-files.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);
const fileOf = async (id: number): Promise<string> => (await readImportWork(pool, id))?.file ?? "";
const write = (name: string): Promise<void> => writeFile(join(context.store.folder, name), "left");
const names = async (): Promise<string[]> => (await uploadedFiles(context.store.folder)).sort();

test("removes files of ended imports; keeps files of other imports, recent files and foreign files", async () => {
  const over = await fileOf((await importBytes(context, "sku,name\nA,One\n")).id);
  const open = await fileOf((await receiveBytes(context, "sku,name\nB,Two\n")).id);
  const unknown = randomUUID();
  const young = randomUUID();
  for (const name of [
    over,
    `${over}.3.utf8`,
    `${open}.1.utf8.unpacked`,
    unknown,
    `${unknown}.2.utf8`,
    young,
    "notes.txt",
  ])
    await write(name);
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const name of [unknown, `${unknown}.2.utf8`, "notes.txt"])
    await utimes(join(context.store.folder, name), longAgo, longAgo);
  expect(await sweepFiles(context)).toBe(2);
  expect(await names()).toEqual([open, `${open}.1.utf8.unpacked`, young, "notes.txt"].sort());
  expect(await sweepFiles(context)).toBe(0);
});

test("removes nothing if the folder does not exist", async () => {
  expect(
    await sweepFiles({ ...context, store: folderStore(join(context.store.folder, "none"), context.store.id) }),
  ).toBe(0);
});
