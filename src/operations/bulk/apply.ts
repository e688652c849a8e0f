// Applies a bulk operation to one chunk, inside the caller's transaction.
import type pg from "pg";
import type { Stage } from "../../catalog/bulk/merge.ts";
import { deleteProducts, setValues, type KeyedProducts } from "../../catalog/bulk/update-many.ts";
import { newValues } from "./bulk.ts";
import { NO_COUNTS, type ChunkCounts } from "../chunk-store.ts";
import type { OperationOptions } from "../../../contract/changesets/operations.ts";

export async function applyBulk(
  client: pg.ClientBase,
  chunk: KeyedProducts,
  { action, set }: OperationOptions,
  stage: Stage,
): Promise<ChunkCounts> {
  if (action === undefined) throw new TypeError("a bulk operation needs an action");
  if (action === "delete") {
    const deleted = await deleteProducts(client, chunk, stage);
    return { ...NO_COUNTS, deleted, missing: chunk.count - deleted };
  }
  const { updated, unchanged } = await setValues(client, chunk.keys, newValues(action, set), stage);
  return { ...NO_COUNTS, updated, unchanged, missing: chunk.count - updated - unchanged };
}
