// Finds what imports and operations leave behind if they do not end cleanly: files, locks, unfinished rows, jobs, idle transactions.
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOCKS } from "../../../src/db/advisory-locks.ts";
import type { Queryable } from "../../../src/db/connection/connect.ts";
import { STORE_FILE } from "../../../src/imports/file-stores/folder-store.ts";
import { until } from "../../support/until.ts";

export interface Leftovers {
  /** Files in the folder of uploads. */
  files: string[];
  /** Names of Skuport's folders in the system's temporary folder. */
  temporary: string[];
  /** This member and all following members are numbers of rows in the database. */
  unfinished_imports: number;
  unfinished_operations: number;
  import_chunks: number;
  operation_chunks: number;
  staged_products: number;
  waiting_deliveries: number;
  /** Number of queued or running jobs of imports and operations. */
  jobs: number;
  /** Number of held advisory locks, except those that show that a worker is alive. */
  advisory_locks: number;
  /** Number of sessions that are idle inside a transaction. */
  idle_transactions: number;
}

export const NOTHING_LEFT: Leftovers = {
  files: [],
  temporary: [],
  unfinished_imports: 0,
  unfinished_operations: 0,
  import_chunks: 0,
  operation_chunks: 0,
  staged_products: 0,
  waiting_deliveries: 0,
  jobs: 0,
  advisory_locks: 0,
  idle_transactions: 0,
};

export interface LeftoversOptions {
  data_dir: string;
  /** Temporary folders that existed before the test; they are ignored. */
  temporary_before?: readonly string[];
}

/** Finds leftovers. `db` must be a direct connection, not one through a proxy. */
export async function findLeftovers(db: Queryable, options: LeftoversOptions): Promise<Leftovers> {
  const { data_dir, temporary_before = [] } = options;
  const { rows } = await db.query<Omit<Leftovers, "files" | "temporary" | "jobs">>(
    `select
       (select count(*) from imports where state not in ('done', 'failed', 'cancelled'))::int as unfinished_imports,
       (select count(*) from operations where state not in ('done', 'failed', 'cancelled'))::int as unfinished_operations,
       (select count(*) from import_chunks)::int as import_chunks,
       (select count(*) from operation_chunks)::int as operation_chunks,
       (select count(*) from product_staging)::int as staged_products,
       (select count(*) from webhook_deliveries where state = 'waiting')::int as waiting_deliveries,
       (select count(*) from pg_locks where locktype = 'advisory' and granted and not (classid = ${LOCKS.webhook_worker} and objsubid = 2)
          and database = (select oid from pg_database where datname = current_database()))::int as advisory_locks,
       (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
          and state like 'idle in transaction%')::int as idle_transactions`,
  );
  return {
    files: (await readdir(join(data_dir, "files")).catch(() => [])).filter((name) => name !== STORE_FILE),
    temporary: (await temporaryFolders()).filter((name) => !temporary_before.includes(name)),
    jobs: await countJobs(db),
    ...(rows[0] as Omit<Leftovers, "files" | "temporary" | "jobs">),
  };
}

/** Waits until nothing is left, for a limited time. @returns what is left in the end, to be compared with NOTHING_LEFT */
export async function settledLeftovers(db: Queryable, options: LeftoversOptions): Promise<Leftovers> {
  let left = NOTHING_LEFT;
  await until(async () => {
    left = await findLeftovers(db, options);
    return Object.values(left).every((value) => (Array.isArray(value) ? value.length === 0 : value === 0));
  }).catch(() => undefined);
  return left;
}

/** Returns the names of Skuport's folders in the system's temporary folder. */
export async function temporaryFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => /^skuport-(read|head|preview)/.test(name)).sort();
}

async function countJobs(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ exists: boolean }>("select to_regclass('pgboss.job') is not null as exists");
  if (rows[0]?.exists !== true) return 0;
  const found = await db.query<{ jobs: number }>(
    `select count(*)::int as jobs from pgboss.job
     where (name like 'import%' or name = 'operation-executor') and state in ('created', 'retry', 'active')`,
  );
  return found.rows[0]?.jobs ?? 0;
}
