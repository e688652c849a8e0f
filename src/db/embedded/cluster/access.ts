// Lets only this process's user connect to the embedded PostgreSQL. The socket's folder admits only root and the account that PostgreSQL
// runs under. If root starts PostgreSQL under another account, other processes of that account must not connect either.
import { randomUUID } from "node:crypto";
import { lstat, open, readFile, rename, unlink } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Account } from "./account.ts";

const MAP = "skuport";
const HEAD = "# Skuport rewrites this file at each start.\n";
// peer: the kernel reports the user at the other end of the socket. No line admits TCP connections.
const HBA = `${HEAD}local all all peer map=${MAP}\nlocal replication all peer map=${MAP}\n`;

/** Writes pg_hba.conf and pg_ident.conf unless they already have the right content. Their content is different if an older version of
 * Skuport or another user started the cluster last. PostgreSQL must not be running. */
export async function writeAccess(clusterDir: string, account: Account | undefined): Promise<void> {
  const user = userInfo().username.replaceAll('"', '""');
  await writeOwned(join(clusterDir, "pg_hba.conf"), HBA, account);
  await writeOwned(join(clusterDir, "pg_ident.conf"), `${HEAD}${MAP} "${user}" all\n`, account);
}

/** Writes the file as a new file that replaces the old one. The cluster's folder may belong to another account, which could have put a link
 * or a pipe in the place of the old file. The owner of the new file is set through its descriptor. */
async function writeOwned(path: string, text: string, account: Account | undefined): Promise<void> {
  if (await hasContent(path, text)) return;
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      if (account !== undefined) await file.chown(account.uid, account.gid);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
}

async function hasContent(path: string, text: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === Buffer.byteLength(text) && (await readFile(path, "utf8")) === text;
}
