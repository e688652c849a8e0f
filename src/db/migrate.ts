// Applies the migrations that a database lacks: plain SQL files migrations/NNNN_name.sql, in order, forward only, one transaction each.
// An advisory lock ensures that only one of several starting processes applies them.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type pg from "pg";
import { MIGRATION_LOCK } from "./advisory-locks.ts";
import type { Queryable } from "./connection/connect.ts";
import { splitStatements } from "./split-statements.ts";

const MIGRATIONS_DIR = join(import.meta.dirname, "../../migrations");

export interface Migration {
  version: number;
  name: string;
  sql: string;
  /** SHA-256 of the file with LF line ends, so that a checkout with CRLF has the same checksum. */
  checksum: string;
}

/** The database cannot be migrated to the schema of this code. The message gives the reason and what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/**
 * Applies pending migrations and returns their names. Waits while another process migrates.
 * @param client a connection, not a pool: the lock belongs to the session.
 * @throws {MigrationError} when the database is newer than the code, an applied file has changed, or a file fails.
 */
export async function migrate(client: pg.ClientBase, migrationsDir: string = MIGRATIONS_DIR): Promise<string[]> {
  const migrations = await readMigrations(migrationsDir);
  await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
  try {
    await createLedger(client);
    const pending = checkLedger(migrations, await readLedger(client));
    for (const migration of pending) await applyMigration(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    // Ignore an error of the unlock: it means that the connection is lost, and PostgreSQL has then released the lock.
    await client.query(`select pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => undefined);
  }
}

/**
 * Returns the names of pending migrations and changes nothing. For readiness checks.
 * @throws {MigrationError} in the cases in which migrate throws it.
 */
export async function listPending(db: Queryable, migrationsDir: string = MIGRATIONS_DIR): Promise<string[]> {
  const migrations = await readMigrations(migrationsDir);
  return checkLedger(migrations, await listApplied(db)).map(({ name }) => name);
}

/** Returns the migrations that were applied to the database, and changes nothing. */
export async function listApplied(db: Queryable): Promise<Applied[]> {
  const { rows } = await db.query<{ exists: boolean }>("select to_regclass('schema_migrations') is not null as exists");
  return rows[0]?.exists === true ? await readLedger(db) : [];
}

/** Applies migrations in the caller's transaction. */
export async function applyInTransaction(db: Queryable, migrations: readonly Migration[]): Promise<void> {
  await createLedger(db);
  for (const migration of migrations) await runMigration(db, migration);
}

/** @throws {MigrationError} when a file name is not NNNN_name.sql, or a number is missing or repeated. */
export async function readMigrations(migrationsDir: string = MIGRATIONS_DIR): Promise<Migration[]> {
  const files = (await readdir(migrationsDir)).filter((file) => file.endsWith(".sql")).sort();
  return await Promise.all(
    files.map(async (file, index) => {
      const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1]);
      if (version !== index + 1) {
        throw new MigrationError(
          `migrations/${file}: expected a name such as ${String(index + 1).padStart(4, "0")}_name.sql; numbers start at 0001 without gaps.`,
        );
      }
      const sql = (await readFile(join(migrationsDir, file), "utf8")).replaceAll("\r\n", "\n");
      return { version, name: basename(file, ".sql"), sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

export interface Applied {
  version: number;
  name: string;
  checksum: string;
}

function checkLedger(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  for (const { version, name, checksum } of applied) {
    const own = migrations[version - 1];
    if (own === undefined) {
      throw new MigrationError(
        `The database is newer than this program: it has migration ${name}, which this version of Skuport does not have. Start the newer version of Skuport.`,
      );
    }
    if (own.checksum !== checksum) {
      throw new MigrationError(
        `migrations/${own.name}.sql has changed since it was applied to this database${own.name === name ? "" : ` as ${name}`}. Do not edit applied migrations: restore the file and put the change into a new migration.`,
      );
    }
  }
  return migrations.slice(applied.length);
}

async function applyMigration(client: pg.ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query("begin");
    await runMigration(client, migration);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined); // the first error is the cause
    throw error;
  }
}

async function runMigration(db: Queryable, { version, name, sql, checksum }: Migration): Promise<void> {
  try {
    // Citus forwards the text of a whole message to its workers, which refuse a message with several statements.
    for (const one of splitStatements(sql)) await db.query(one);
    await db.query("insert into schema_migrations (version, name, checksum) values ($1, $2, $3)", [
      version,
      name,
      checksum,
    ]);
  } catch (error) {
    throw new MigrationError(`migrations/${name}.sql failed and was rolled back: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function createLedger(db: Queryable): Promise<void> {
  await db.query(`
    create table if not exists schema_migrations (
      version int primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
}

async function readLedger(db: Queryable): Promise<Applied[]> {
  const { rows } = await db.query<Applied>("select version, name, checksum from schema_migrations order by version");
  return rows;
}
