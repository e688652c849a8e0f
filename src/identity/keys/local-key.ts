// The key in the file local.key of the data folder. It identifies programs of the account that runs the server, such as `skuport import`.
// Other accounts cannot read the file.
import { randomUUID } from "node:crypto";
import { open, rename, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { firstAdministrator } from "../users/store.ts";
import { newLocalKey } from "./key-text.ts";
import { deleteLocalKey, storeLocalKey } from "./store.ts";

const FILE = "local.key";

export interface LocalKey {
  key: string;
  /** Deletes the file and makes the key invalid. */
  remove: () => Promise<void>;
}

/** Creates a key for the data folder, and writes it to the folder. The folder's earlier key becomes invalid. */
export async function createLocalKey(pool: pg.Pool, dataDir: string): Promise<LocalKey> {
  const key = await storeNewLocalKey(pool, `${hostname()}:${dataDir}`);
  const path = join(dataDir, FILE);
  await writePrivately(path, `${key}\n`);
  return {
    key,
    async remove() {
      await unlink(path).catch(() => undefined);
      await deleteLocalKey(pool, key);
    },
  };
}

/** Stores a new local key in the database only.
 * @param folder distinguishes the keys of several data folders that share a database */
export async function storeNewLocalKey(pool: pg.Pool, folder: string): Promise<string> {
  const owner = await firstAdministrator(pool);
  if (owner === undefined)
    throw new Error("There is no enabled administrator. Enable one in the table users of the database.");
  const key = newLocalKey();
  await storeLocalKey(pool, owner.id, folder, key);
  return key;
}

/** Creates or replaces the file so that no other account can read it at any moment. */
async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
