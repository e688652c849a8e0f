// Opens the store of uploaded files of this process, and registers it in the database.
import { hostname } from "node:os";
import type { Queryable } from "../../db/connection/connect.ts";
import type { FileStore } from "./file-store.ts";
import { openFolder } from "./folder-store.ts";
import { adoptImports, registerStore } from "./store.ts";

/**
 * @param adopts whether imports that belong to no store now belong to this one
 * @throws {FileStoreError}
 */
export async function openFileStore(
  db: Queryable,
  folder: string,
  { adopts }: { adopts: boolean },
): Promise<FileStore> {
  const store = await openFolder(folder);
  await registerStore(db, store.id, `${hostname()}:${folder}`);
  if (adopts) await adoptImports(db, store.id);
  return store;
}
