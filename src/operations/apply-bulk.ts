// One chunk of a bulk operation, inside the caller's transaction.
import type pg from "pg";
import { deleteProducts, setValues, type Stamp } from "../catalog/change-many.ts";
import { newValues } from "./bulk.ts";
import { NO_COUNTS, type ChunkCounts } from "./chunk-store.ts";
import type { OperationOptions } from "../../contract/operations.ts";

export async function applyBulk(
  client: pg.ClientBase,
  keys: readonly string[],
  options: OperationOptions,
  stamp: Stamp,
): Promise<ChunkCounts> {
  if (options.action === "delete") {
    const deleted = await deleteProducts(client, keys, stamp);
    return { ...NO_COUNTS, deleted, missing: keys.length - deleted };
  }
  const { updated, unchanged } = await setValues(client, keys, newValues(options), stamp);
  return { ...NO_COUNTS, updated, unchanged, missing: keys.length - updated - unchanged };
}
