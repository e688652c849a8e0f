// The SQL of changesets: who changed the catalogue, when, and how many products.
import type { Queryable } from "../db/connect.ts";

export type ChangesetKind = "import" | "edit" | "bulk" | "delete_all" | "undo";

export interface NewChangeset {
  kind: ChangesetKind;
  actor: string;
  /** The ids that its new products take: `count` from `base` on. */
  ids?: { base: number; count: number };
  /** The changeset that this one takes back. */
  undoes?: number;
  reason?: string;
}

export async function insertChangeset(db: Queryable, changeset: NewChangeset): Promise<number> {
  const { kind, actor, ids, undoes = null, reason = null } = changeset;
  const { rows } = await db.query<{ id: number }>(
    `insert into changesets (kind, actor, id_base, id_count, undoes, reason) values ($1, $2, $3, $4, $5, $6) returning id`,
    [kind, actor, ids?.base ?? null, ids?.count ?? 0, undoes, reason],
  );
  return (rows[0] as { id: number }).id;
}
