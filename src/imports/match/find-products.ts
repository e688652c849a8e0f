// Finds the products that the rows of a scanned file refer to by an attribute, and stores them for the loaders. Reads each product once.
import type { ScanId } from "../fencing.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import type { ImportContext } from "../context.ts";
import { matchKey, type MatchRule } from "./match-key.ts";
import { deleteMatches, insertMatches, MAX_MATCHES, readCandidates, type Match } from "./store.ts";

/** The keys of the file. */
export interface FileKeys {
  /** Number of rows of the file. */
  rows: number;
  /** Returns the index of the row that has the key; -1 if the file does not contain the key. Each key has a row of its own. */
  rowOf: (key: string) => number;
}

/** @returns false if a newer scan has taken the import over */
export async function findProducts(
  { pool }: Pick<ImportContext, "pool">,
  scan: ScanId,
  rule: MatchRule,
  { rows, rowOf }: FileKeys,
  signal: AbortSignal,
): Promise<boolean> {
  await deleteMatches(pool, scan.id, scan.scan_token);
  /** For each row, the number of products whose attribute has the row's key as its value. A key with more than MAX_MATCHES products is
   * ambiguous, so its further products need not be stored: the key could be a brand that a million products have. */
  const found = new Uint8Array(rows);
  const isStored = (key: string): boolean => {
    const row = rowOf(key);
    if (row < 0 || (found[row] as number) > MAX_MATCHES) return false;
    found[row] = (found[row] as number) + 1;
    return true;
  };
  // The products are read with a cursor, which needs a transaction of its own. Each batch of matches is written outside this transaction,
  // so that no lock is held for long.
  return withTransaction(pool, async (client) => {
    for await (const candidates of readCandidates(client, rule.attribute)) {
      signal.throwIfAborted();
      const matches = candidates.flatMap(({ sku_key, sku, value }): Match[] => {
        const key = matchKey(value, rule);
        return key !== null && isStored(key) ? [{ match_key: key, sku_key, sku }] : [];
      });
      if (matches.length > 0 && !(await insertMatches(pool, scan, matches))) return false;
    }
    return true;
  });
}
