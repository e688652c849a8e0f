// The SQL of conflicts: products that were changed after the changeset that an undo reverts.
import type { Queryable } from "../../db/connection/connect.ts";
import type { FoundConflict } from "./plan.ts";
import type { Conflict } from "../../../contract/changesets/operations.ts";

export async function insertConflicts(
  db: Queryable,
  operationId: number,
  conflicts: readonly FoundConflict[],
): Promise<void> {
  if (conflicts.length === 0) return;
  await db.query(
    `insert into operation_conflicts (operation_id, sku_key, id, sku, conflict, changed_in, changed_at, overwritten)
     select $1, * from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[], $8::boolean[])`,
    [
      operationId,
      conflicts.map(({ sku_key }) => sku_key),
      conflicts.map(({ id }) => id),
      conflicts.map(({ sku }) => sku),
      conflicts.map(({ conflict }) => conflict),
      conflicts.map(({ changed_in }) => changed_in),
      conflicts.map(({ changed_at }) => changed_at),
      conflicts.map(({ overwritten }) => overwritten),
    ],
  );
}

/** The keyset position of a conflict in its list. */
export interface ConflictPosition {
  sku_key: string;
  id: number;
}

export async function listConflicts(
  db: Queryable,
  operationId: number,
  after: ConflictPosition,
  limit: number,
): Promise<(Conflict & ConflictPosition)[]> {
  const { rows } = await db.query<Conflict & ConflictPosition>(
    `select o.sku_key, o.sku, o.id, o.conflict, o.changed_in, c.actor, o.changed_at, o.overwritten
     from operation_conflicts o join changesets c on c.id = o.changed_in
     where o.operation_id = $1 and (o.sku_key, o.id) > ($2, $3::bigint)
     order by o.sku_key, o.id limit $4`,
    [operationId, after.sku_key, after.id, limit],
  );
  return rows;
}

/** Reads the actors of the changesets, by changeset id. */
export async function readActors(db: Queryable, changesetIds: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await db.query<{ id: number; actor: string }>(
    "select id, actor from changesets where id = any ($1::bigint[])",
    [changesetIds],
  );
  return new Map(rows.map(({ id, actor }) => [id, actor]));
}
