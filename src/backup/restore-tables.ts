// The SQL of a restore. Everything happens in one transaction: if the restore fails or is killed, the database keeps its earlier contents.
import { once } from "node:events";
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { MIGRATION_LOCK } from "../db/advisory-locks.ts";
import type { Queryable } from "../db/connection/connect.ts";
import { applyInTransaction, listApplied, type Migration } from "../db/migrate.ts";
import { LOCAL_ACTOR } from "../../contract/actor.ts";
import type { AuditFacts } from "../../contract/identity/audit-facts.ts";
import { recordAudit } from "../identity/audit/audit.ts";
import { copyReplacedAccess, keepAuditLog, settleAccess, type AccessReport } from "./access.ts";
import type { Manifest } from "./manifest.ts";
import { knownTables, listTables, quote } from "./tables.ts";

/** True if the database contains tables of Skuport. */
export const isUsed = async (db: Queryable): Promise<boolean> => (await listApplied(db)).length > 0;

/** Lists the names of other sessions that Skuport's commands have opened in this database, such as "skuport serve". Each command names its
 * sessions after itself. */
export async function listOtherSessions(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name like 'skuport %' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** Begins the transaction, drops all tables of Skuport and of its queues, and creates those of the backup without rows. Returns the
 * definitions of the indexes that it has dropped: an index that is created after the rows were copied takes less time.
 * @param madeAt when the backup was made */
export async function beginRestore(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  madeAt: string,
): Promise<string[]> {
  await client.query("begin");
  await client.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  await copyReplacedAccess(client, madeAt);
  await dropTables(client);
  // Citus may not change schema and rows of distributed tables in one transaction if it uses several connections to a worker.
  await client.query(
    "select set_config('citus.multi_shard_modify_mode', 'sequential', true) from pg_extension where extname = 'citus'",
  );
  await applyInTransaction(client, migrations);
  const tables = await listTables(client, await knownTables());
  // Migrations insert rows, such as the state of the search index.
  await client.query(`truncate ${tables.map(quote).join(", ")}`);
  return dropIndexes(client, tables);
}

async function dropTables(db: Queryable): Promise<void> {
  const tables = await listTables(db, [...(await knownTables()), "schema_migrations"]);
  if (tables.length > 0) await db.query(`drop table ${tables.map(quote).join(", ")}`);
  // The only sequence that no column owns.
  await db.query("drop sequence if exists webhook_workers");
  // Drop the job queue too: its jobs refer to rows that the restore deletes. pg-boss creates its tables again when it starts,
  // and workers find unfinished imports without jobs.
  await db.query("drop schema if exists pgboss cascade");
}

async function dropIndexes(db: Queryable, tables: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class c on c.oid = i.indrelid
     where c.relnamespace = current_schema()::regnamespace and c.relname = any($1::text[])
       and not exists (select 1 from pg_constraint where conindid = i.indexrelid)
     order by 1`,
    [tables],
  );
  for (const { name } of rows) await db.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

export interface TableCopy {
  write(bytes: Buffer): Promise<void>;
  /** Returns the number of rows. */
  end(): Promise<number>;
  /** Ends the copy without its rows, so that the connection can be used again. */
  abort(): Promise<void>;
}

/** Starts to copy rows into a table. Values of identity columns are kept. */
export function startCopy(client: pg.ClientBase, { name, columns }: Manifest["tables"][number]): TableCopy {
  const stream = client.query(copyFrom(`copy ${quote(name)} (${columns.map(quote).join(", ")}) from stdin`));
  const ended = finished(stream);
  ended.catch(() => undefined); // `write` and `end` report the error
  return {
    async write(bytes) {
      if (!stream.write(bytes)) await Promise.race([once(stream, "drain"), ended]);
    },
    async end() {
      stream.end();
      await ended;
      return stream.rowCount;
    },
    async abort() {
      stream.destroy();
      await ended.catch(() => undefined);
    },
  };
}

export interface Completion {
  indexes: readonly string[];
  newer: readonly Migration[];
  restores_access: boolean;
}

/** Creates the indexes again, continues the sequences, applies newer migrations, removes what only the earlier processes could use, and
 * decides who may sign in. */
export async function completeTables(
  client: pg.ClientBase,
  { sequences, created_at }: Pick<Manifest, "sequences" | "created_at">,
  { indexes, newer, restores_access }: Completion,
): Promise<AccessReport> {
  for (const definition of indexes) await client.query(definition);
  for (const { name, last_value, is_called } of sequences)
    await client.query(
      "select setval(to_regclass($1), $2::bigint, $3) from pg_class where oid = to_regclass($1) and relkind = 'S'",
      [quote(name), last_value, is_called],
    );
  await applyInTransaction(client, newer);
  // Rows have other physical addresses now, and the workers that sent deliveries are gone.
  await client.query("update operation_chunks set tids = null where tids is not null");
  await client.query(
    "update webhook_deliveries set claimed_by = null, lease_until = null where claimed_by is not null",
  );
  // The files are in the data folder of the restore now.
  await client.query("update imports set store_id = null where state not in ('done', 'cancelled', 'failed')");
  // Delete the local keys of the backed-up server. Each server creates its local key when it starts.
  await client.query("delete from api_keys where local_folder is not null");
  const access = await settleAccess(client, restores_access);
  await keepAuditLog(client);
  const detail: AuditFacts = { made_at: created_at, ...describeAccess(access, restores_access) };
  await recordAudit(client, { action: "backup-restored", actor: LOCAL_ACTOR, detail });
  return access;
}

function describeAccess({ users, keys }: AccessReport, restoresAccess: boolean): AuditFacts {
  if (restoresAccess) return [...users, ...keys].length > 0 ? { reset: [...users, ...keys].join(", ") } : {};
  return {
    ...(users.length > 0 ? { kept: users.join(", ") } : {}),
    ...(keys.length > 0 ? { revoked: keys.join(", ") } : {}),
  };
}
