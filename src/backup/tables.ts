// The SQL of a backup: which tables, columns and sequences it contains, and their rows as text. COPY's text format is the same in all
// versions of PostgreSQL.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { Queryable } from "../db/connection/connect.ts";
import { readMigrations } from "../db/migrate.ts";
import type { Manifest } from "./manifest.ts";

/** Tables whose rows are not part of a backup. Rows of attempts and staging describe work of running processes, and each process registers
 * its file store when it starts. Sessions and links may have been ended since the backup; restored ones would let people sign in again. */
const LEFT_OUT = new Set([
  "file_stores",
  "one_time_links",
  "product_staging",
  "sessions",
  "sign_in_failures",
  "single_sign_ons",
  "work_attempts",
]);

/** The names of all tables that migrations create. A database may contain tables of other programs, which are not ours to copy or drop. */
export async function knownTables(): Promise<string[]> {
  const migrations = await readMigrations();
  const names = migrations.flatMap(({ sql }) =>
    Array.from(sql.matchAll(/^\s*create (?:unlogged )?table (?:if not exists )?(\w+)/gim), ([, name]) => name ?? ""),
  );
  return [...new Set(names)];
}

export type Tables = Pick<Manifest, "tables" | "sequences">;

/** Locks all tables against changes of their schema until the transaction ends. Must be the transaction's first statement, so that its
 * snapshot is from after the locks. */
export async function lockTables(db: Queryable, names: readonly string[]): Promise<void> {
  if (names.length > 0) await db.query(`lock table ${names.map(quote).join(", ")} in access share mode`);
}

/** Lists those of the given tables that exist. */
export async function listTables(db: Queryable, names: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relname = any($1::text[]) order by relname`,
    [names],
  );
  return rows.map(({ name }) => name);
}

/** Describes the tables and sequences that a backup contains. */
export async function describeTables(db: Queryable, names: readonly string[]): Promise<Tables> {
  const copied = names.filter((name) => !LEFT_OUT.has(name));
  const { rows } = await db.query<{ name: string; columns: string[]; needs: string[] }>(
    `select c.relname as name,
            array(select attname::text from pg_attribute
                  where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns,
            array(select distinct confrelid::regclass::text from pg_constraint where conrelid = c.oid and contype = 'f') as needs
     from pg_class c
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relname = any($1::text[])
     order by relname`,
    [copied],
  );
  return { tables: inOrder(rows), sequences: await readSequences(db) };
}

/** Orders tables so that each follows the tables that its foreign keys refer to. */
function inOrder(tables: { name: string; columns: string[]; needs: string[] }[]): Manifest["tables"] {
  const ordered = new Map<string, string[]>();
  const visiting = new Set<string>();
  const visit = (name: string): void => {
    const table = tables.find((one) => one.name === name);
    if (table === undefined || ordered.has(name) || visiting.has(name)) return;
    visiting.add(name);
    for (const needed of table.needs) visit(needed);
    ordered.set(name, table.columns);
  };
  for (const { name } of tables) visit(name);
  return Array.from(ordered, ([name, columns]) => ({ name, columns }));
}

/** Sequences are not part of a snapshot. Read after the snapshot was taken, they are at or beyond all ids in it. */
async function readSequences(db: Queryable): Promise<Manifest["sequences"]> {
  const { rows } = await db.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'S' order by relname",
  );
  const sequences: Manifest["sequences"] = [];
  for (const { name } of rows) {
    const { rows: values } = await db.query<{ last_value: string; is_called: boolean }>(
      `select last_value::text as last_value, is_called from ${quote(name)}`,
    );
    for (const value of values) sequences.push({ name, ...value });
  }
  return sequences;
}

/** Reads the rows of a table in COPY's text format. On Citus, the coordinator collects the rows of distributed tables. */
export async function* copyRows(
  client: pg.ClientBase,
  { name, columns }: Manifest["tables"][number],
  onEnd: (rows: number) => void,
): AsyncGenerator<Buffer> {
  const sql = `copy (select ${columns.map(quote).join(", ")} from ${quote(name)}) to stdout`;
  const stream = client.query(copyTo(sql, { highWaterMark: 1 << 18 }));
  yield* stream as AsyncIterable<Buffer>;
  onEnd(stream.rowCount);
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
