// The name of a cluster, used for its socket folder and in the titles of its processes.
import { createHash } from "node:crypto";
import type { Account } from "./account.ts";

/** "skuport-" and 12 hexadecimal digits of a hash, the same for the same folder and account. Safe in any path. */
export function nameCluster(clusterDir: string, account: Account | undefined): string {
  const id = createHash("sha256")
    .update(`${String(getUid(account))}:${clusterDir}`)
    .digest("hex")
    .slice(0, 12);
  return `skuport-${id}`;
}

/** The user id PostgreSQL runs with. */
export function getUid(account: Account | undefined): number {
  return account?.uid ?? process.getuid?.() ?? 0;
}
