// The key in the file local.key of the data folder. It identifies programs of the account that runs the server, such as `skuport import`.
// Other accounts cannot read the file.
import { randomUUID } from "node:crypto";
import { open, rename, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { firstAdministrator, firstUser } from "../users/store.ts";
import { newLocalKey } from "./key-text.ts";
import { deleteLocalKey, renewLocalKey, storeLocalKey } from "./store.ts";

const FILE = "local.key";
/** If a computer has slept for more than LOCAL_KEY_DAYS, the key has expired. It becomes valid again at the next renewal, at most this long
 * after the computer wakes. */
const RENEWAL_MS = 600_000;

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
  const renewal = setInterval(() => {
    // The key is valid for days, so the next renewal is early enough.
    renewLocalKey(pool, key).catch(() => undefined);
  }, RENEWAL_MS).unref();
  return {
    key,
    async remove() {
      clearInterval(renewal);
      await unlink(path).catch(() => undefined);
      await deleteLocalKey(pool, key);
    },
  };
}

/** Stores a new local key in the database only.
 * @param folder distinguishes the keys of several data folders that share a database */
export async function storeNewLocalKey(pool: pg.Pool, folder: string): Promise<string> {
  // Store the key even if no administrator is enabled, as after the identity provider has changed the roles. The key then is the only way
  // to regain access: it has the role `admin`, whatever the role of its owner is.
  const owner = (await firstAdministrator(pool)) ?? (await firstUser(pool));
  if (owner === undefined) throw new Error("There are no users. Create the first user before a local key.");
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
