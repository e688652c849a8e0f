// The SQL of operations. Every update of an operation increments its version and notifies the listeners in one statement; see `change`.
import type { Queryable } from "../db/connection/connect.ts";
import { isShort, shortProblem } from "../db/short-json.ts";
import { OPERATION_CHANNEL } from "../events/channels.ts";
import { deleteChunks, deleteOpenChunks } from "./chunk-store.ts";
import { forgetAttempts } from "../jobs/attempts.ts";
import type { Operation, OperationOptions } from "../../contract/changesets/operations.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";

const DONE = "(created + updated + deleted + unchanged + missing + kept)";

// The columns that the API shows.
const COMMON = `
  id, kind, state, actor, total, ${DONE} as done, created, updated, deleted, unchanged, missing, kept, fraction,
  changeset_id, cancel_requested, created_at, started_at, finished_at, version,
  case when started_at is null then null
       else floor(${DONE} / greatest(extract(epoch from coalesce(finished_at, now()) - started_at), 0.001))::bigint
  end as products_per_second,
  floor(greatest(extract(epoch from coalesce(finished_at, now()) - created_at), 0) * 1000)::bigint as elapsed_ms`;
const OPERATION = `${COMMON}, options, problem, false as shortened`;
const LISTED_OPERATION = `${COMMON}, listed_options as options, ${shortProblem("problem")} as problem,
  options_shortened or not ${isShort("problem")} as shortened`;

export interface NewOperation {
  kind: Operation["kind"];
  actor: string;
  options: OperationOptions;
  changeset_id: number;
}

/** Inserts an operation in the state `selecting`. */
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

/** Reads the operation for lists and event streams, with long values shortened. */
export async function readListedOperation(db: Queryable, id: number): Promise<Operation | undefined> {
  const { rows } = await db.query<Operation>(`select ${LISTED_OPERATION} from operations where id = $1`, [id]);
  return rows[0];
}

export async function listOperations(db: Queryable, limit: number, before: number | undefined): Promise<Operation[]> {
  const { rows } = await db.query<Operation>(
    `select ${LISTED_OPERATION} from operations where $2::bigint is null or id < $2 order by id desc limit $1`,
    [limit, before ?? null],
  );
  return rows;
}

/** Updates one operation if it satisfies `where`.
 * @returns false if the operation does not satisfy `where` */
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

/** Sets a selected operation to running. `gone` is the number of its products that no longer exist; they count as unchanged.
 * @returns false if the operation was cancelled or is running already */
export async function markRunning(db: Queryable, id: number, total: number, gone: number): Promise<boolean> {
  return change(
    db,
    id,
    "state = 'running', started_at = clock_timestamp(), total = $2::bigint, gone = $3::bigint, unchanged = $3::bigint",
    "state = 'selecting' and not cancel_requested",
    [total, gone],
  );
}

/** Updates the operation while an executor waits for a lock, so that other workers do not consider the operation abandoned.
 * @returns false if the operation was cancelled or has ended */
export const noteAlive = (db: Queryable, id: number): Promise<boolean> =>
  change(db, id, "state = state", "state = 'running' and not cancel_requested", []);

const COUNTS = ["created", "updated", "deleted", "unchanged", "missing", "kept"] as const;

/** The sums over the chunks that are done. A stored sum never decreases, even if two executors count at the same time and the one with
 * the older counts stores them last. */
const SUMS = `(
  select ${[...COUNTS, "more"].map((name) => `coalesce(sum(${name}), 0)::bigint as ${name}`).join(", ")}
  from operation_chunks where operation_id = $1 and done) s`;
const SET_SUMS = COUNTS.map(
  (name) => `${name} = greatest(o.${name}, s.${name}${name === "unchanged" ? " + o.gone" : ""})`,
);
const HANDLED = `o.gone + ${COUNTS.map((name) => `s.${name}`).join(" + ")}`;

/** Stores the counts of the operation: the sums over the chunks that are done. */
export async function saveProgress(db: Queryable, id: number): Promise<void> {
  await db.query(
    `with changed as (
       update operations o
       set ${SET_SUMS.join(", ")}, version = version + 1, updated_at = now(),
           fraction = greatest(fraction, least(1, (${HANDLED})::float8 / greatest(o.total + s.more, 1)))
       from ${SUMS} where o.id = $1 and o.state = 'running' returning o.id, o.state
     )
     select pg_notify('${OPERATION_CHANNEL}', id || ' ' || state) from changed`,
    [id],
  );
}

/** Sets a terminal state and the counts of the changeset. Call it in a transaction.
 * @returns false if the operation has ended already, or if `state` is "done" and a chunk is open */
export async function markFinished(
  db: Queryable,
  id: number,
  state: "done" | "cancelled" | "failed",
  problem: ProblemDocument | null,
): Promise<boolean> {
  // `deleteOpenChunks` waits until each executor has committed its current chunk, so the sums below include the counts of these chunks.
  if (state !== "done") await deleteOpenChunks(db, id);
  const { rowCount } = await db.query(
    `with changed as (
       update operations o
       set ${SET_SUMS.join(", ")}, total = o.total + s.more, state = $2, problem = $3, version = version + 1,
           finished_at = clock_timestamp(), updated_at = now(),
           fraction = case when $2 = 'done' then 1
                           else greatest(fraction, least(1, (${HANDLED})::float8 / greatest(o.total + s.more, 1))) end
       from ${SUMS}
       where o.id = $1 and ${state === "done" ? IS_COMPLETE : "o.state in ('selecting', 'running')"} returning o.id, o.state
     )
     select pg_notify('${OPERATION_CHANNEL}', id || ' ' || state) from changed`,
    [id, state, problem === null ? null : JSON.stringify(problem)],
  );
  if (rowCount === 0) return false;
  await deleteChunks(db, id);
  await forgetAttempts(db, { kind: "operation", id });
  await db.query(
    `update changesets c set created = o.created, updated = o.updated, deleted = o.deleted, finished_at = o.finished_at
     from operations o where o.id = $1 and c.id = o.changeset_id`,
    [id],
  );
  return true;
}

const IS_COMPLETE = `o.state = 'running' and not o.cancel_requested
         and not exists (select 1 from operation_chunks where operation_id = $1 and not done)`;

export async function requestCancel(db: Queryable, id: number): Promise<boolean> {
  return change(db, id, "cancel_requested = true", "state in ('selecting', 'running')", []);
}
