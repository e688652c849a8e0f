// The beginning of an operation on all products that match a filter at this moment: the snapshot is taken before the answer,
// the products are written down behind it.
import type pg from "pg";
import { compileFilter } from "../../catalog/query/filter.ts";
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { lockKeys } from "../../db/advisory-locks.ts";
import { withCertainCommit } from "../../db/connection/certain-commit.ts";
import type { OperationContext } from "../context.ts";
import { beginRunning, insertSelection } from "../select.ts";
import { insertOperation, readOperation } from "../store.ts";
import type { BulkRequest, Operation, OperationOptions } from "../../../contract/changesets/operations.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import { Problem } from "../../../contract/problems.ts";

export interface FilterStarter {
  /** @throws Problem confirmation-needed, invalid-request */
  start(filter: ProductFilter, request: BulkRequest, actor: string): Promise<number>;
  /** Ends selections that still run; a worker begins them anew. */
  stop(): Promise<void>;
}

/** Part of the pool's connections that selections may hold; whoever comes when all are taken waits for one. */
const SHARE_OF_POOL = 4;

export function createFilterStarter(context: OperationContext): FilterStarter {
  const { pool, log } = context;
  const running = new Map<pg.PoolClient, Promise<void>>();
  const takeTurn = createTurns(Math.max(1, Math.floor(pool.options.max / SHARE_OF_POOL)));

  return {
    async start(filter, request, actor) {
      // Before anything is written: a filter may be more than can be asked for.
      compileFilter(filter);
      const endTurn = await takeTurn();
      let client: pg.PoolClient | undefined;
      try {
        client = await pool.connect();
        const operation = await open(client, context, filter, request, actor);
        const selecting = select(client, context, operation)
          .catch((err: unknown) => {
            log.warn({ operation_id: operation.id, err }, "cannot select the products; a worker will");
          })
          .finally(() => {
            running.delete(client as pg.PoolClient);
            // Its transaction and its lock end with the connection, whatever state they are in.
            client?.release(true);
            endTurn();
          });
        running.set(client, selecting);
        return operation.id;
      } catch (error) {
        client?.release(true);
        endTurn();
        throw error;
      }
    },
    async stop() {
      const pids = [...running.keys()].map((client) => (client as pg.PoolClient & { processID: number }).processID);
      if (pids.length > 0) await pool.query("select pg_cancel_backend(pid) from unnest($1::integer[]) pid", [pids]);
      await Promise.allSettled(running.values());
    },
  };
}

function createTurns(count: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = count;
  const endTurn = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return endTurn;
  };
}

/** Opens the snapshot and records the operation; the one transaction stays open, the other is committed. */
async function open(
  client: pg.PoolClient,
  { pool }: OperationContext,
  filter: ProductFilter,
  { action, set, reason, confirm }: BulkRequest,
  actor: string,
): Promise<Operation> {
  await client.query("begin isolation level repeatable read");
  // The transaction's first statement takes its snapshot.
  await client.query("select pg_current_snapshot()");
  const isAll = action === "delete" && Object.keys(filter).length === 0;
  if (isAll) await checkConfirmed(client, confirm);
  const kind = isAll ? "delete_all" : "bulk";
  const options: OperationOptions = { action, filter, ...(set === undefined ? {} : { set }) };
  return withCertainCommit(pool, async (other) => {
    const changesetId = await insertChangeset(other, { kind, actor, reason });
    const id = await insertOperation(other, { kind, actor, options, changeset_id: changesetId });
    // Before anybody else can see it; held by the connection that selects.
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
      ? `This deletes all ${number} products. Send "confirm": ${count} to do it.`
      : `There are ${number} products, not ${confirm.toLocaleString("en")}. Send "confirm": ${count} to delete them all.`;
  throw new Problem("confirmation-needed", detail, { extra: { count } });
}

async function select(client: pg.PoolClient, context: OperationContext, operation: Operation): Promise<void> {
  await insertSelection(client, context, operation);
  await client.query("commit");
  // In a transaction of its own: the snapshot is older than the operation.
  await client.query("begin");
  await beginRunning(client, context, operation);
  await client.query("commit");
}
