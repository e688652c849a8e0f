// The SQL of undo: reads the changeset to undo and marks changesets as undone.
import { lockKeys } from "../../db/advisory-locks.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { ChangesetKind } from "../../../contract/changesets/changeset-kinds.ts";

export interface Undone {
  id: number;
  kind: ChangesetKind;
  id_base: number | null;
  id_count: number;
  /** Number of products that the changeset created, updated or deleted. */
  changed: number;
  finished_at: string | null;
  purged_at: string | null;
  undone_in: number | null;
}

export async function findUndone(db: Queryable, changesetId: number): Promise<Undone | undefined> {
  const { rows } = await db.query<Undone>(
    `select id, kind, id_base, id_count, created::bigint + updated + deleted as changed, finished_at, purged_at, undone_in
     from changesets where id = $1`,
    [changesetId],
  );
  return rows[0];
}

export async function readUndone(db: Queryable, changesetId: number): Promise<Undone> {
  const undone = await findUndone(db, changesetId);
  if (undone === undefined) throw new Error(`changeset ${changesetId} does not exist`);
  return undone;
}

/** Prevents another undo or purge of the changeset from starting until the transaction ends. */
export async function lockChangeset(db: Queryable, changesetId: number): Promise<void> {
  await db.query("select pg_advisory_xact_lock_shared($1, $2)", lockKeys("history_purge"));
  await db.query("select from changesets where id = $1 for update", [changesetId]);
}

/** Returns the id of the operation that is undoing the changeset, if one is running. */
export async function findRunningUndo(db: Queryable, changesetId: number): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>(
    `select o.id from operations o join changesets c on c.id = o.changeset_id
     where o.state in ('selecting', 'running') and c.undoes = $1 limit 1`,
    [changesetId],
  );
  return rows[0]?.id;
}

/** Stores which changesets are undone, after an undo with the changeset `undo` has ended. If the undo is complete, the changeset that it
 * reverts counts as undone. If that changeset is itself an undo, the changeset that it had reverted no longer counts as undone. The same
 * applies to all earlier undos in the chain. */
export async function markUndone(db: Queryable, undo: number, isComplete: boolean): Promise<void> {
  await db.query(
    `with recursive chain as (
       select c.id, c.undoes, 0 as depth, $2::boolean as is_complete from changesets c where c.id = $1
       union all
       select c.id, c.undoes, chain.depth + 1,
              exists (select 1 from operations o where o.changeset_id = c.id and o.state = 'done' and o.kept = 0)
       from chain join changesets c on c.id = chain.undoes
     )
     update changesets c
     set undone_in = case when by.depth % 2 = 0 and by.is_complete and $2 then by.id end
     from chain by
     where c.id = by.undoes and (by.depth < 2 or $2)`,
    [undo, isComplete],
  );
}
