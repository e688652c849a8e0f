// Finds the products that the rows of a scanned file refer to by an attribute, and stores them for the loaders. Reads each product once.
import type { ScanId } from "../fencing.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import type { ImportContext } from "../context.ts";
import { matchKey, type MatchRule } from "./match-key.ts";
import { deleteMatches, insertMatches, readCandidates, type Match } from "./store.ts";

/** @param hasKey whether the file contains a key
 * @returns false if a newer scan has taken the import over */
export async function findProducts(
  { pool }: Pick<ImportContext, "pool">,
  scan: ScanId,
  rule: MatchRule,
  hasKey: (key: string) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  await deleteMatches(pool, scan.id, scan.scan_token);
  // The products are read with a cursor, which needs a transaction of its own. Each batch of matches is written outside this transaction,
  // so that no lock is held for long.
  return withTransaction(pool, async (client) => {
    for await (const candidates of readCandidates(client, rule.attribute)) {
      signal.throwIfAborted();
      const matches = candidates.flatMap(({ sku_key, sku, value }): Match[] => {
        const key = matchKey(value, rule);
        return key !== null && hasKey(key) ? [{ match_key: key, sku_key, sku }] : [];
      });
      if (matches.length > 0 && !(await insertMatches(pool, scan, matches))) return false;
    }
    return true;
  });
}
