// Starts an operation on products given by their SKUs: records the operation, its changeset and its chunks, and wakes the executors.
import { skuKey } from "../../catalog/product/sku-key.ts";
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { withCertainCommit } from "../../db/connection/certain-commit.ts";
import { insertKeyChunks } from "../chunk-store.ts";
import { chunkProducts, type OperationContext } from "../context.ts";
import { insertOperation, markRunning } from "../store.ts";
import type { BulkRequest, OperationOptions } from "../../../contract/changesets/operations.ts";

export async function startOnSkus(
  context: OperationContext,
  skus: readonly string[],
  { action, set, reason }: BulkRequest,
  actor: string,
): Promise<number> {
  const keys = [...new Set(skus.map(skuKey))].sort(compareAsPostgres);
  const options: OperationOptions = { action, skus: keys.length, ...(set === undefined ? {} : { set }) };
  const size = chunkProducts(context);
  return withCertainCommit(context.pool, async (client) => {
    const changesetId = await insertChangeset(client, { kind: "bulk", actor, reason });
    const operationId = await insertOperation(client, { kind: "bulk", actor, options, changeset_id: changesetId });
    await insertKeyChunks(client, operationId, keys, size);
    await markRunning(client, operationId, keys.length, 0);
    await context.sendExecutors(client, operationId, Math.min(context.concurrency, Math.ceil(keys.length / size)));
    return operationId;
  });
}

/** Compares keys in PostgreSQL's order, so that two operations on the same SKUs lock the products in the same order. */
const compareAsPostgres = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
