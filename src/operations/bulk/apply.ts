// One chunk of a bulk operation, inside the caller's transaction.
import type pg from "pg";
import { deleteProducts, setValues, type FoundProducts, type Stamp } from "../../catalog/bulk/update-many.ts";
import { newValues } from "./bulk.ts";
import { NO_COUNTS, type ChunkCounts } from "../chunk-store.ts";
import type { OperationOptions } from "../../../contract/changesets/operations.ts";

export async function applyBulk(
  client: pg.ClientBase,
  chunk: FoundProducts,
  options: OperationOptions,
  stamp: Stamp,
): Promise<ChunkCounts> {
  if (options.action === "delete") {
    const deleted = await deleteProducts(client, chunk, stamp);
    return { ...NO_COUNTS, deleted, missing: chunk.count - deleted };
  }
  const { updated, unchanged } = await setValues(client, chunk.keys, newValues(options), stamp);
  return { ...NO_COUNTS, updated, unchanged, missing: chunk.count - updated - unchanged };
}
