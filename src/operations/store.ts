// The SQL of operations. Every change of an operation grows its version and tells the listeners, in one statement: `change`.
import type { Queryable } from "../db/connection/connect.ts";
import { isShort, shortProblem } from "../db/short-json.ts";
import { SILENT_SINCE } from "../db/silent.ts";
import { OPERATION_CHANNEL } from "../events/channels.ts";
import { deleteChunks, dropOpenChunks } from "./chunk-store.ts";
import { forgetAttempts } from "../jobs/attempts.ts";
import type { Operation, OperationOptions, OperationState } from "../../contract/changesets/operations.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";

const DONE = "(created + updated + deleted + unchanged + missing + kept)";

// The columns of the wire, and what derives from them.
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

/** As lists and streams show it. */
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

/** The products are selected; `gone` of them need no look, and are as they should be.
 * @returns false when the operation is no longer being selected: somebody cancelled it, or was faster */
export async function markRunning(db: Queryable, id: number, total: number, gone: number): Promise<boolean> {
  return change(
    db,
    id,
    "state = 'running', started_at = clock_timestamp(), total = $2::bigint, gone = $3::bigint, unchanged = $3::bigint",
    "state = 'selecting' and not cancel_requested",
    [total, gone],
  );
}

const COUNTS = ["created", "updated", "deleted", "unchanged", "missing", "kept"] as const;

/** The sums of the chunks that are done. Sums only grow: of two lanes that count at the same time the later answer may be the
 * older one. */
const SUMS = `(
  select ${[...COUNTS, "more"].map((name) => `coalesce(sum(${name}), 0)::bigint as ${name}`).join(", ")}
  from operation_chunks where operation_id = $1 and done) s`;
const SET_SUMS = COUNTS.map(
  (name) => `${name} = greatest(o.${name}, s.${name}${name === "unchanged" ? " + o.gone" : ""})`,
);
const HANDLED = `o.gone + ${COUNTS.map((name) => `s.${name}`).join(" + ")}`;

/** Tells what the chunks that are done add up to. */
export async function noteProgress(db: Queryable, id: number): Promise<void> {
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

/** To a terminal state, once: what is terminal stays as it is. The changeset gets its counts. Runs in a transaction. */
export async function markFinished(
  db: Queryable,
  id: number,
  state: "done" | "cancelled" | "failed",
  problem: ProblemDocument | null,
): Promise<boolean> {
  // Waits for the lanes that are at a chunk, so that what they commit is counted.
  if (state !== "done") await dropOpenChunks(db, id);
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
         and not exists (select from operation_chunks where operation_id = $1 and not done)`;

export async function requestCancel(db: Queryable, id: number): Promise<boolean> {
  return change(db, id, "cancel_requested = true", "state in ('selecting', 'running')", []);
}

/** Unfinished operations that nobody has worked on for `silent_ms`. */
export async function listSilentOperations(
  db: Queryable,
  silentMs: number,
): Promise<{ id: number; state: OperationState; cancel_requested: boolean }[]> {
  const { rows } = await db.query<{ id: number; state: OperationState; cancel_requested: boolean }>(
    `select id, state, cancel_requested from operations
     where state in ('selecting', 'running') and ${SILENT_SINCE} order by id`,
    [silentMs],
  );
  return rows;
}
