// Identifies the place that keeps uploaded files. Its id is in a file that is written once, so that all processes that see the same
// folder agree on the id, and processes that see another folder have another id.
import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Queryable } from "../../db/connection/connect.ts";
import { syncFolder } from "../../db/data-dir/interrupted-restore.ts";
import type { ImportContext } from "../context.ts";
import { adoptImports, registerStore } from "./store.ts";

/** Name of the file with the id. It is not the name of an uploaded file, so sweeps and backups ignore it. */
export const STORE_FILE = "store.id";

/** The folder of uploaded files cannot be used. The message gives the reason and what to do. */
export class FileStoreError extends Error {
  override readonly name = "FileStoreError";
}

/**
 * Opens the store in this folder, and creates the folder and its id if they are missing.
 * @param adopts whether imports that belong to no store now belong to this one
 * @returns the id of the store
 * @throws {FileStoreError}
 */
export async function openFileStore(db: Queryable, filesDir: string, { adopts }: { adopts: boolean }): Promise<string> {
  await mkdir(filesDir, { recursive: true, mode: 0o700 });
  let id = await readStoreId(filesDir);
  if (id === undefined) {
    await createStoreFile(filesDir);
    // Read the file instead of using the new id, because another process may have created the file first.
    id = await readStoreId(filesDir);
  }
  if (id === undefined) throw new FileStoreError(`${join(filesDir, STORE_FILE)} was deleted. Start Skuport again.`);
  await registerStore(db, id, `${hostname()}:${filesDir}`);
  if (adopts) await adoptImports(db, id);
  return id;
}

/** Returns whether the folder of this process is still the store that the process has opened. It is not if, for example, the folder is
 * on a network disk that is no longer mounted. */
export async function isStoreOpen({
  files_dir,
  store_id,
}: Pick<ImportContext, "files_dir" | "store_id">): Promise<boolean> {
  return (await readStoreId(files_dir).catch(() => undefined)) === store_id;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function readStoreId(filesDir: string): Promise<string | undefined> {
  const path = join(filesDir, STORE_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new FileStoreError(
      `${path} cannot be read: ${(error as Error).message}. Make it readable for the user that runs Skuport.`,
      { cause: error },
    );
  }
  const id = text.trim();
  if (UUID.test(id)) return id;
  throw new FileStoreError(
    `${path} is damaged: it does not contain an id. Delete it: Skuport creates a new id, and unfinished imports of this folder have to be imported again.`,
  );
}

/** Creates the file atomically, without replacing another process's file: link fails if the name exists. */
async function createStoreFile(filesDir: string): Promise<void> {
  const id = randomUUID();
  const temporary = join(filesDir, `${STORE_FILE}.${id}`);
  try {
    const file = await open(temporary, "wx", 0o600);
    await file.writeFile(`${id}\n`);
    await file.sync();
    await file.close();
    await link(temporary, join(filesDir, STORE_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await syncFolder(filesDir);
}
