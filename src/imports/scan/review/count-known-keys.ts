// Counts the keys of a file for which the catalogue has a product.
import type pg from "pg";
import { countKeys, readKeys } from "../../../catalog/store.ts";
import { withTransaction } from "../../../db/connection/connect.ts";
import type { Scanner } from "../scanner.ts";

/** Maximum number of keys that one statement compares with the catalogue. */
export const COMPARED_KEYS = 20_000;

/**
 * Compares the keys in one statement if the scan has kept all of them. For a larger file, only hashes of the keys are known. In this case,
 * reads all keys of the catalogue and hashes each: half a second for a million products.
 */
export async function countKnownKeys(
  pool: pg.Pool,
  scanner: Pick<Scanner, "first_keys" | "distinct_keys" | "hasKey">,
  signal: AbortSignal,
): Promise<number> {
  if (scanner.first_keys.length === scanner.distinct_keys) return countKeys(pool, scanner.first_keys);
  // The keys are read with a cursor, which needs a transaction of its own.
  return withTransaction(pool, async (client) => {
    let count = 0;
    for await (const keys of readKeys(client)) {
      signal.throwIfAborted();
      for (const key of keys) if (scanner.hasKey(key)) count++;
    }
    return count;
  });
}
