// The SQL that writes changesets. A changeset records who changed the catalogue, when, and how many products.
import type { Queryable } from "../db/connection/connect.ts";
import type { ChangesetKind } from "../../contract/changesets/changeset-kinds.ts";

export interface NewChangeset {
  kind: ChangesetKind;
  actor: string;
  /** The range of ids that is reserved for new products of the changeset. */
  ids?: { base: number; count: number };
  /** Id of the changeset that this changeset undoes. */
  undoes?: number;
  reason?: string | undefined;
}

export async function insertChangeset(db: Queryable, changeset: NewChangeset): Promise<number> {
  const { kind, actor, ids, undoes = null, reason = null } = changeset;
  const { rows } = await db.query<{ id: number }>(
    `insert into changesets (kind, actor, id_base, id_count, undoes, reason) values ($1, $2, $3, $4, $5, $6) returning id`,
    [kind, actor, ids?.base ?? null, ids?.count ?? 0, undoes, reason],
  );
  return (rows[0] as { id: number }).id;
}

export interface NewEdit extends Omit<NewChangeset, "kind" | "undoes"> {
  change: "created" | "updated" | "deleted";
  sku: string;
}

/** Inserts the finished changeset of an edit of one product. Returns the changeset's id and the time of the change. */
export async function insertEdit(db: Queryable, edit: NewEdit): Promise<{ changeset_id: number; now: string }> {
  const { actor, ids, reason = null, change, sku } = edit;
  const { rows } = await db.query<{ changeset_id: number; now: string }>(
    `insert into changesets (kind, actor, id_base, id_count, reason, sku, ${change}, finished_at)
     values ('edit', $1, $2, $3, $4, $5, 1, now()) returning id as changeset_id, finished_at as now`,
    [actor, ids?.base ?? null, ids?.count ?? 0, reason, sku],
  );
  return rows[0] as { changeset_id: number; now: string };
}
