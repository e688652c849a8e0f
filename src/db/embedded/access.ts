// Who may connect to the embedded PostgreSQL: this process's user and no other. The folder of the socket keeps out all but root
// and the account that PostgreSQL runs under; where root has lent that account, its other processes must stay out too.
import { randomUUID } from "node:crypto";
import { lstat, open, readFile, rename, unlink } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Account } from "./account.ts";

const MAP = "skuport";
const HEAD = "# Written by Skuport at each start; changes are lost.\n";
// Peer: the kernel tells PostgreSQL which user is at the other end of the socket. No line admits a TCP connection.
const HBA = `${HEAD}local all all peer map=${MAP}\nlocal replication all peer map=${MAP}\n`;

/** Writes pg_hba.conf and pg_ident.conf unless they are as they should be: a cluster may be older than this rule, or was last
 * started by another user. PostgreSQL must not run. */
export async function writeAccess(clusterDir: string, account: Account | undefined): Promise<void> {
  const user = userInfo().username.replaceAll('"', '""');
  await writeOwned(join(clusterDir, "pg_hba.conf"), HBA, account);
  await writeOwned(join(clusterDir, "pg_ident.conf"), `${HEAD}${MAP} "${user}" all\n`, account);
}

/** The folder belongs to the lent account, which may have put a link or a pipe at a name: so a new file replaces the name, and
 * is handed over by its descriptor. */
async function writeOwned(path: string, text: string, account: Account | undefined): Promise<void> {
  if (await holds(path, text)) return;
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

async function holds(path: string, text: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === Buffer.byteLength(text) && (await readFile(path, "utf8")) === text;
}
