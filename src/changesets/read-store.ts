// The SQL that reads changesets, each with its import or operation.
import type { Queryable } from "../db/connection/connect.ts";
import { allOf, raw, sql, statement, type Sql } from "../db/sql.ts";
import type { Changeset } from "../../contract/changesets/changesets.ts";

/** A changeset with the range of ids of its new products. */
export type StoredChangeset = Omit<Changeset, "links"> & { id_base: number | null; id_count: number };

// While an import or operation runs, the counts are in its row and not in the changeset's row.
const CHANGESET = `
  c.id, c.kind, c.actor, c.reason, c.started_at, c.finished_at, c.undoes, c.undone_in, c.purged_at, c.id_base, c.id_count,
  c.sku, i.filename,
  i.id as import_id, o.id as operation_id,
  case when c.finished_at is null then coalesce(i.created, o.created, c.created) else c.created end as created,
  case when c.finished_at is null then coalesce(i.updated, o.updated, c.updated) else c.updated end as updated,
  case when c.finished_at is null then coalesce(o.deleted, c.deleted) else c.deleted end as deleted,
  c.finished_at is not null and c.undone_in is null and c.purged_at is null and c.created + c.updated + c.deleted > 0
    as undoable`;
const FROM =
  "changesets c left join imports i on i.changeset_id = c.id left join operations o on o.changeset_id = c.id";

export async function readChangeset(db: Queryable, id: number): Promise<StoredChangeset | undefined> {
  const { rows } = await db.query<StoredChangeset>(`select ${CHANGESET} from ${FROM} where c.id = $1`, [id]);
  return rows[0];
}

export interface ChangesetFilter {
  kind?: string | undefined;
  actor?: string | undefined;
  /** Only changesets that started at or after this ISO 8601 time. */
  since?: string | undefined;
  until?: string | undefined;
  /** Only changesets with ids below this one. */
  below?: number | undefined;
}

const CONDITIONS: Record<keyof ChangesetFilter, Sql> = {
  kind: sql`c.kind =`,
  actor: sql`c.actor =`,
  since: sql`c.started_at >=`,
  until: sql`c.started_at <`,
  below: sql`c.id <`,
};

/** Lists changesets, the newest first. */
export async function listChangesets(
  db: Queryable,
  filter: ChangesetFilter,
  limit: number,
): Promise<StoredChangeset[]> {
  const conditions = (Object.keys(CONDITIONS) as (keyof ChangesetFilter)[]).flatMap((name) =>
    filter[name] === undefined ? [] : [sql`${CONDITIONS[name]} ${filter[name]}`],
  );
  const { rows } = await db.query<StoredChangeset>(
    statement`select ${raw(CHANGESET)} from ${raw(FROM)} where ${allOf(conditions)} order by c.id desc limit ${limit}`,
  );
  return rows;
}
