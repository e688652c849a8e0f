// One name per cluster: of its socket folder, and in the title of each of its processes.
import { createHash } from "node:crypto";
import type { Account } from "./account.ts";

/** "skuport-" and 12 digits; the same for the same folder and account each time, and safe in any path. */
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
