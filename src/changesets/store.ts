// The SQL of changesets: who changed the catalogue, when, and how many products.
import type { Queryable } from "../db/connect.ts";

export type ChangesetKind = "import" | "edit" | "bulk" | "delete_all" | "undo";

export async function insertChangeset(db: Queryable, kind: ChangesetKind, actor: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>("insert into changesets (kind, actor) values ($1, $2) returning id", [
    kind,
    actor,
  ]);
  return (rows[0] as { id: number }).id;
}
