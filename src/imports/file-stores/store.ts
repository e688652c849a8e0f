// SQL of file stores: which stores exist, and which imports belong to them.
import type { Queryable } from "../../db/connection/connect.ts";
import { countWorkersByStore } from "../../jobs/boss.ts";
import { changeImport } from "../store.ts";

const UNFINISHED = "state not in ('done', 'cancelled', 'failed')";

export async function registerStore(db: Queryable, id: string, location: string): Promise<void> {
  await db.query(
    `insert into file_stores (id, location) values ($1, $2)
     on conflict (id) do update set location = excluded.location, opened_at = excluded.opened_at`,
    [id, location],
  );
}

/** Gives the unfinished imports that belong to no store to this one. */
export async function adoptImports(db: Queryable, id: string): Promise<void> {
  await db.query(`update imports set store_id = $1 where store_id is null and ${UNFINISHED}`, [id]);
}

export interface StoreReport {
  id: string;
  /** Host and path where a process last opened the store. */
  location: string;
  /** Number of live worker processes that have opened the store. */
  workers: number;
  /** Number of unfinished imports whose files the store keeps. */
  unfinished_imports: number;
}

/** Lists the stores that have a worker or unfinished imports, and the store `own`. */
export async function listStores(db: Queryable, own: string): Promise<StoreReport[]> {
  const workers = await countWorkersByStore(db);
  const { rows } = await db.query<Omit<StoreReport, "workers">>(
    `select s.id, s.location, coalesce(i.imports, 0)::int as unfinished_imports
     from file_stores s
     left join (select store_id, count(*) as imports from imports where ${UNFINISHED} group by store_id) i on i.store_id = s.id
     order by s.location, s.id`,
  );
  return rows
    .map((row) => ({ ...row, workers: workers.get(row.id) ?? 0 }))
    .filter(({ id, workers: count, unfinished_imports }) => id === own || count > 0 || unfinished_imports > 0);
}

/** How long workers look for the uploaded file before its import fails. A file of a network disk can appear on other hosts later. */
const MISSING_SECONDS = 120;

/** Stores that a worker has not found the uploaded file of an import, which then waits for it.
 * @returns whether no worker has found the file for MISSING_SECONDS */
export async function noteFileMissing(db: Queryable, importId: number): Promise<boolean> {
  await changeImport(
    db,
    importId,
    "file_missing_since = coalesce(file_missing_since, now()), wait_reason = 'file-missing'",
    "state in ('scanning', 'loading') and not cancel_requested",
    [],
  );
  const { rows } = await db.query<{ is_lost: boolean }>(
    `select file_missing_since < now() - make_interval(secs => $2::int) as is_lost from imports
     where id = $1 and file_missing_since is not null`,
    [importId, MISSING_SECONDS],
  );
  return rows[0]?.is_lost === true;
}
