// A folder of uploaded files. Its id is in a file that is written once, so that all processes that see the same folder agree on the id, and
// processes that see another folder have another id.
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, open, readdir, readFile, rm, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../../db/data-dir/interrupted-restore.ts";
import { appendDurableFile } from "./durable-file.ts";
import { FileStoreError, isMissingFile, type FileStore } from "./file-store.ts";

/** Name of the file with the id. It is not the name of an uploaded file, so sweeps and backups ignore it. */
export const STORE_FILE = "store.id";

/** Opens the store in this folder, and creates the folder and its id if they are missing. @throws {FileStoreError} */
export async function openFolder(folder: string): Promise<FileStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let id = await readStoreId(folder);
  if (id === undefined) {
    await createStoreFile(folder);
    // Read the file instead of using the new id, because another process may have created the file first.
    id = await readStoreId(folder);
  }
  if (id === undefined) throw new FileStoreError(`${join(folder, STORE_FILE)} was deleted. Start Skuport again.`);
  return folderStore(folder, id);
}

export const folderStore = (folder: string, id: string): FileStore => ({
  id,
  location: folder,
  folder,
  is_local: true,
  /** The folder is another one if, for example, it is on a network disk that is no longer mounted. */
  isOpen: async () => (await readStoreId(folder).catch(() => undefined)) === id,
  sizeOf: (file) => sizeOf(join(folder, file)),
  async append(file) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return appendDurableFile(join(folder, file));
  },
  read: (file, length) => createReadStream(join(folder, file), { end: length - 1 }),
  open: (path) => open(path, "r"),
  copyUpload: () => Promise.resolve(undefined),
  share: () => Promise.resolve(),
  async remove(prefix) {
    // A preview may have left a folder (preview/kept-copies.ts).
    const faults: unknown[] = [];
    for (const name of await namesIn(folder))
      if (name.startsWith(prefix))
        await rm(join(folder, name), { recursive: true, force: true }).catch((error: unknown) => faults.push(error));
    if (faults.length > 0) throw faults[0];
  },
  async list() {
    const changed = new Map<string, number>();
    for (const name of await namesIn(folder)) {
      const found = await stat(join(folder, name)).catch(() => undefined);
      if (found !== undefined) changed.set(name, found.mtimeMs);
    }
    return changed;
  },
});

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissingFile(error)) return 0;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissingFile(error)) return [];
    throw error;
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function readStoreId(folder: string): Promise<string | undefined> {
  const path = join(folder, STORE_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isMissingFile(error)) return undefined;
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
async function createStoreFile(folder: string): Promise<void> {
  const id = randomUUID();
  const temporary = join(folder, `${STORE_FILE}.${id}`);
  try {
    const file = await open(temporary, "wx", 0o600);
    await file.writeFile(`${id}\n`);
    await file.sync();
    await file.close();
    await link(temporary, join(folder, STORE_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await syncFolder(folder);
}
