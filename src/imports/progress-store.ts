// SQL of an import's counts, its progress and its end.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import { forgetAttempts } from "../jobs/attempts.ts";
import { deleteChunks, sumChunks, type ChunkCounts } from "./chunk-store.ts";
import { deleteMatches } from "./match/store.ts";
import { changeImport, SCANNED_FRACTION } from "./store.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";

// `greatest` keeps counts from decreasing: two loaders that sum the chunks at the same time may store the older sum last, and after the
// chunks are deleted, their sum is zero.
const SUMS = {
  created: "greatest(created, $2::bigint)",
  updated: "greatest(updated, $3::bigint)",
  unchanged: "greatest(unchanged, $4::bigint)",
  deleted: "greatest(deleted, $5::bigint)",
  rejected: "greatest(rejected, scan_rejected + $6::bigint)",
};
const SET_SUMS = Object.entries(SUMS)
  .map(([column, sum]) => `${column} = ${sum}`)
  .join(", ");
const valuesOf = (sums: ChunkCounts): number[] => [
  sums.created,
  sums.updated,
  sums.unchanged,
  sums.deleted,
  sums.rejected,
];

/** Stores the summed counts of the loaded chunks as the import's progress. */
export async function noteLoaded(db: Queryable, id: number): Promise<void> {
  const handled = `adds + superseded + ignored + ${Object.values(SUMS).join(" + ")}`;
  await changeImport(
    db,
    id,
    `${SET_SUMS}, wait_reason = null, file_missing_since = null,
     fraction = greatest(fraction, ${SCANNED_FRACTION} + ${1 - SCANNED_FRACTION} * least(1,
       (${handled})::float8 / greatest(rows, 1)))`,
    "state = 'loading'",
    valuesOf(await sumChunks(db, id)),
  );
}

/** Adds `rejected` to the rejects that are counted for an import, before the strict import fails because of these rejects.
 * @returns false if the import has ended */
export async function addRejected(db: Queryable, id: number, rejected: number): Promise<boolean> {
  return (await changeImport(db, id, "rejected = rejected + $2::bigint", "state = 'loading'", [rejected])) > 0;
}

/** Stores the progress of a strict import, whose counts stay zero until everything is committed. */
export async function noteStrictProgress(db: Queryable, id: number, share: number): Promise<void> {
  await changeImport(
    db,
    id,
    `fraction = greatest(fraction, ${SCANNED_FRACTION} + ${1 - SCANNED_FRACTION} * $2::float8)`,
    "state = 'loading'",
    [share],
  );
}

/** Sets the import to `finishing`. @returns false if chunks are left, or if another loader has already done this */
export async function markFinishing(db: Queryable, id: number): Promise<boolean> {
  const updated = await changeImport(
    db,
    id,
    "state = 'finishing', wait_reason = null, load_finished_at = clock_timestamp()",
    "state = 'loading' and not cancel_requested and not exists (select 1 from import_chunks where import_id = $1 and not done)",
    [],
  );
  return updated > 0;
}

/** Sets the import's final state and its final counts, and the changeset's counts. Must run in a transaction: it deletes the chunks first,
 * which waits for other loaders, so that their last chunks are counted. @returns false if the import has ended already */
export async function markFinished(
  client: pg.ClientBase,
  id: number,
  state: "done" | "cancelled" | "failed",
  problem: ProblemDocument | null,
): Promise<boolean> {
  const loaded = await deleteChunks(client, id);
  await deleteMatches(client, id);
  await forgetAttempts(client, { kind: "import", id });
  const updated = await changeImport(
    client,
    id,
    `${SET_SUMS}, state = $7, problem = $8, wait_reason = null, finished_at = clock_timestamp(),
     fraction = case when $7 = 'done' then 1 else fraction end`,
    state === "done" ? "state = 'finishing'" : "state not in ('done', 'cancelled', 'failed')",
    [...valuesOf(loaded), state, problem === null ? null : JSON.stringify(problem)],
  );
  await client.query(
    `update changesets c set created = i.created, updated = i.updated, deleted = i.deleted, finished_at = i.finished_at
     from imports i where i.id = $1 and c.id = i.changeset_id`,
    [id],
  );
  return updated > 0;
}
