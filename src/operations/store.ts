// The SQL of operations. Every change of an operation grows its version and tells the listeners, in one statement: `change`.
import type { Queryable } from "../db/connect.ts";
import { OPERATION_CHANNEL } from "../events/channels.ts";
import type { Operation, OperationOptions, OperationState } from "../../contract/operations.ts";
import type { ProblemDocument } from "../../contract/problems.ts";

const DONE = "(created + updated + deleted + unchanged + missing + kept)";

// The columns of the wire, and what derives from them.
const OPERATION = `
  id, kind, state, actor, options, total, ${DONE} as done, created, updated, deleted, unchanged, missing, kept, fraction,
  changeset_id, cancel_requested, problem, created_at, started_at, finished_at, version,
  case when started_at is null then null
       else floor(${DONE} / greatest(extract(epoch from coalesce(finished_at, now()) - started_at), 0.001))::bigint
  end as products_per_second,
  floor(greatest(extract(epoch from coalesce(finished_at, now()) - created_at), 0) * 1000)::bigint as elapsed_ms`;

export interface NewOperation {
  kind: Operation["kind"];
  actor: string;
  options: OperationOptions;
  changeset_id: number;
}

/** A new operation, whose products are still to be selected. */
export async function insertOperation(db: Queryable, operation: NewOperation): Promise<number> {
  const { kind, actor, options, changeset_id } = operation;
  const { rows } = await db.query<{ id: number }>(
    `with made as (
       insert into operations (kind, actor, options, changeset_id) values ($1, $2, $3, $4) returning id
     )
     select id, pg_notify('${OPERATION_CHANNEL}', id || ' selecting') from made`,
    [kind, actor, JSON.stringify(options), changeset_id],
  );
  return (rows[0] as { id: number }).id;
}

export async function readOperation(db: Queryable, id: number): Promise<Operation | undefined> {
  const { rows } = await db.query<Operation>(`select ${OPERATION} from operations where id = $1`, [id]);
  return rows[0];
}

export async function listOperations(db: Queryable, limit: number, before: number | undefined): Promise<Operation[]> {
  const { rows } = await db.query<Operation>(
    `select ${OPERATION} from operations where $2::bigint is null or id < $2 order by id desc limit $1`,
    [limit, before ?? null],
  );
  return rows;
}

/** Runs an update of one operation; says whether it met it. */
async function change(db: Queryable, id: number, sets: string, where: string, values: unknown[]): Promise<boolean> {
  const { rowCount } = await db.query(
    `with changed as (
       update operations set ${sets}, version = version + 1, updated_at = now() where id = $1 and (${where})
       returning id, state
     )
     select pg_notify('${OPERATION_CHANNEL}', id || ' ' || state) from changed`,
    [id, ...values],
  );
  return (rowCount ?? 0) > 0;
}

/** The products are selected; `unchanged` of them need no look.
 * @returns false when the operation is no longer being selected: somebody cancelled it, or was faster */
export async function markRunning(db: Queryable, id: number, total: number, unchanged: number): Promise<boolean> {
  return change(
    db,
    id,
    "state = 'running', started_at = clock_timestamp(), total = $2, unchanged = $3",
    "state = 'selecting' and not cancel_requested",
    [total, unchanged],
  );
}

/** What became of a chunk's products. */
export interface ChunkCounts {
  created: number;
  updated: number;
  deleted: number;
  unchanged: number;
  missing: number;
  kept: number;
  /** Products beyond those that were selected. */
  more: number;
}

export const NO_COUNTS: Readonly<ChunkCounts> = {
  created: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  missing: 0,
  kept: 0,
  more: 0,
};

/** Adds a chunk's counts: the last statement of its transaction, since it locks the operation's row until the commit. */
export async function addCounts(db: Queryable, id: number, counts: ChunkCounts): Promise<void> {
  const { created, updated, deleted, unchanged, missing, kept, more } = counts;
  const handled = created + updated + deleted + unchanged + missing + kept;
  await change(
    db,
    id,
    `created = created + $2, updated = updated + $3, deleted = deleted + $4, unchanged = unchanged + $5,
     missing = missing + $6, kept = kept + $7, total = total + $8,
     fraction = greatest(fraction, least(1, (${DONE} + $9)::float8 / greatest(total + $8, 1)))`,
    "true",
    [created, updated, deleted, unchanged, missing, kept, more, handled],
  );
}

/** To a terminal state, once: what is terminal stays as it is. The changeset gets its counts. Runs in a transaction: taking
 * the chunks away first waits for those that other lanes are at, so that what they commit is counted. */
export async function markFinished(
  db: Queryable,
  id: number,
  state: "done" | "cancelled" | "failed",
  problem: ProblemDocument | null,
): Promise<boolean> {
  if (state !== "done") await db.query("delete from operation_chunks where operation_id = $1", [id]);
  const met = await change(
    db,
    id,
    `state = $2, problem = $3, finished_at = clock_timestamp(), fraction = case when $2 = 'done' then 1 else fraction end`,
    state === "done"
      ? `state = 'running' and not cancel_requested
         and not exists (select from operation_chunks where operation_id = $1 and not done)`
      : `state in ('selecting', 'running')`,
    [state, problem === null ? null : JSON.stringify(problem)],
  );
  if (!met) return false;
  await db.query("delete from operation_chunks where operation_id = $1", [id]);
  await db.query(
    `update changesets c set created = o.created, updated = o.updated, deleted = o.deleted, finished_at = o.finished_at
     from operations o where o.id = $1 and c.id = o.changeset_id`,
    [id],
  );
  return true;
}

export async function requestCancel(db: Queryable, id: number): Promise<boolean> {
  return change(db, id, "cancel_requested = true", "state in ('selecting', 'running')", []);
}

/** Unfinished operations that nobody has worked on for `silent_ms`. */
export async function listSilentOperations(
  db: Queryable,
  silent_ms: number,
): Promise<{ id: number; state: OperationState; cancel_requested: boolean }[]> {
  const { rows } = await db.query<{ id: number; state: OperationState; cancel_requested: boolean }>(
    `select id, state, cancel_requested from operations
     where state in ('selecting', 'running') and updated_at < now() - make_interval(secs => $1::float8 / 1000)
     order by id`,
    [silent_ms],
  );
  return rows;
}
