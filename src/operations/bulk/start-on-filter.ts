// Starts an operation on all products that match a filter now. Takes a snapshot before the response is sent, and afterwards selects the
// products on that snapshot.
import pLimit from "p-limit";
import type pg from "pg";
import { parseFilter, type ParsedFilter } from "../../catalog/query/parse-filter.ts";
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { lockKeys } from "../../db/advisory-locks.ts";
import { withCertainCommit } from "../../db/connection/certain-commit.ts";
import type { OperationContext } from "../context.ts";
import { insertSelection, startExecutors } from "../select.ts";
import { insertOperation, readOperation } from "../store.ts";
import type { BulkRequest, Operation, OperationOptions } from "../../../contract/changesets/operations.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import { Problem } from "../../../contract/problems.ts";

export interface FilterStarter {
  /** Resolves with the operation's id once it is recorded.
   * @throws Problem confirmation-needed, invalid-request */
  start(filter: ProductFilter, request: BulkRequest, actor: string): Promise<number>;
  /** Cancels the running selections. A worker repeats them. */
  stop(): Promise<void>;
}

/** Divisor of the pool's size: selections hold at most a quarter of its connections. Further requests wait. */
const SHARE_OF_POOL = 4;

export function createFilterStarter(context: OperationContext): FilterStarter {
  const { pool, log } = context;
  const running = new Map<pg.PoolClient, Promise<void>>();
  const limit = pLimit(Math.max(1, Math.floor(pool.options.max / SHARE_OF_POOL)));

  const selectInBackground = (client: pg.PoolClient, operation: Operation, filter: ParsedFilter): Promise<void> => {
    const selecting = select(client, context, operation, filter)
      .catch((err: unknown) => {
        log.warn(
          { operation_id: operation.id, err },
          "could not start the bulk operation in this process; a worker will retry",
        );
      })
      .finally(() => {
        running.delete(client);
        // Closing the connection ends its transaction and releases its lock, even after a failed selection.
        client.release(true);
      });
    running.set(client, selecting);
    return selecting;
  };

  return {
    start(filter, request, actor) {
      // Reject an invalid filter before anything is written.
      const parsed = parseFilter(filter);
      const { promise: started, resolve, reject } = Promise.withResolvers<number>();
      void limit(async () => {
        try {
          const client = await pool.connect();
          const operation = await open(client, context, { filter, request, actor }).catch((error: unknown) => {
            client.release(true);
            throw error;
          });
          const selected = selectInBackground(client, operation, parsed);
          resolve(operation.id);
          // Wait here, so that this task counts towards the limit of concurrent selections until its connection is released.
          await selected;
        } catch (error) {
          reject(error);
        }
      });
      return started;
    },
    async stop() {
      const pids = [...running.keys()].map((client) => (client as pg.PoolClient & { processID: number }).processID);
      if (pids.length > 0) await pool.query("select pg_cancel_backend(pid) from unnest($1::integer[]) pid", [pids]);
      await Promise.allSettled(running.values());
    },
  };
}

interface FilteredRequest {
  filter: ProductFilter;
  request: BulkRequest;
  actor: string;
}

/** Takes a snapshot in a transaction of `client` that stays open. Records the operation in a second transaction, which is committed. */
async function open(
  client: pg.PoolClient,
  { pool }: OperationContext,
  { filter, request: { action, set, reason, confirm }, actor }: FilteredRequest,
): Promise<Operation> {
  await client.query("begin isolation level repeatable read");
  // PostgreSQL takes the snapshot at the first statement of the transaction.
  await client.query("select pg_current_snapshot()");
  const isAll = action === "delete" && Object.keys(filter).length === 0;
  if (isAll) await checkConfirmed(client, confirm);
  const kind = isAll ? "delete_all" : "bulk";
  const options: OperationOptions = { action, filter, ...(set === undefined ? {} : { set }) };
  return withCertainCommit(pool, async (other) => {
    const changesetId = await insertChangeset(other, { kind, actor, reason });
    const id = await insertOperation(other, { kind, actor, options, changeset_id: changesetId });
    // Take the lock before the commit, so that no worker can start the same selection. The connection that will select holds the lock.
    await client.query("select pg_advisory_lock($1, $2)", lockKeys("selection", id));
    return (await readOperation(other, id)) as Operation;
  });
}

async function checkConfirmed(client: pg.PoolClient, confirm: number | undefined): Promise<void> {
  const { rows } = await client.query<{ count: number }>("select count(*) as count from products");
  const count = rows[0]?.count ?? 0;
  if (confirm === count) return;
  const number = count.toLocaleString("en");
  const detail =
    confirm === undefined
      ? `This request deletes all ${number} products. To confirm, send "confirm": ${count}.`
      : `There are ${number} products, not ${confirm.toLocaleString("en")}. To delete all of them, send "confirm": ${count}.`;
  throw new Problem("confirmation-needed", detail, { extra: { count } });
}

async function select(
  client: pg.PoolClient,
  context: OperationContext,
  operation: Operation,
  filter: ParsedFilter,
): Promise<void> {
  await insertSelection(client, context, operation, filter);
  await client.query("commit");
  // Use a new transaction, because the snapshot of the first transaction does not contain the operation.
  await client.query("begin");
  await startExecutors(client, context, operation);
  await client.query("commit");
}
