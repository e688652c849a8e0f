// An administrator's limits, ended sessions, a read-only database and a full disk end no import and no operation for good.
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { connectClient, createPool, isTransient, retryTransient } from "../../src/db/connection/connect.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { readImport, requestCancel } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  receiveBytes,
  workOn,
} from "../support/import-file.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const ROWS = 400;
const NAME = "skuport faults";
const signal = new AbortController().signal;

/** Names differ, so that each file changes every product. */
let files = 0;
const nextFile = (): string => {
  files++;
  return `sku,name\n${Array.from({ length: ROWS }, (_, i) => `LAMP-${i},Lamp ${i} of ${files}`).join("\n")}\n`;
};

const alterations = new Set<string>();
async function alterDatabase(name: string, value: string): Promise<void> {
  alterations.add(name);
  await database.pool.query(`alter database ${database.address.database} set ${name} = '${value}'`);
}
async function resetDatabase(): Promise<void> {
  const reset = [...alterations].map((name) => `alter database ${database.address.database} reset ${name}`);
  alterations.clear();
  const admin = await connectClient(database.address, { application_name: "skuport test" });
  await admin.query("set default_transaction_read_only = off");
  for (const sql of reset) await admin.query(sql);
  await admin.end();
}
afterEach(async () => {
  await resetDatabase();
  await database.pool.query("drop trigger if exists full_disk on import_chunks");
});

async function freshContext(chunkRecords = 20) {
  const pool = createPool(database.address, { application_name: NAME, max: 8 });
  const context = await createImportContext(pool, chunkRecords);
  return { pool, context };
}

const endSessions = (): Promise<unknown> =>
  database.pool.query(
    `with ours as materialized (select pid from pg_stat_activity where application_name = $1 and datname = current_database())
     select pg_terminate_backend(pid) from ours`,
    [NAME],
  );

test("an import ends right under an administrator's shortest limits", async () => {
  await alterDatabase("statement_timeout", "1ms");
  await alterDatabase("idle_in_transaction_session_timeout", "1ms");
  await alterDatabase("lock_timeout", "1ms");
  const plain = new pg.Client(database.address);
  await plain.connect();
  const control: unknown = await plain.query("select pg_sleep(1)").catch((error: unknown) => error);
  expect([(control as { code: string }).code, isTransient(control)]).toEqual(["57014", true]);
  await plain.end();
  const { pool, context } = await freshContext();
  const ended = await importBytes(context, nextFile());
  expect(ended).toMatchObject({ state: "done", rows: ROWS });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  await pool.end();
});

test("an import whose sessions are ended again and again ends right", async () => {
  const { pool, context } = await freshContext();
  const { id } = await receiveBytes(context, nextFile());
  await runScan(context, id, signal);
  let cuts = 0;
  // As pg-boss does a job again whose lane could not even read its import.
  const working = retryTransient(() => workOn(context, id));
  const cutting = (async () => {
    while ((await readImport(database.pool, id))?.state === "loading" && cuts++ < 30) await endSessions();
  })();
  const [ended] = await Promise.all([working, cutting]);
  expect(ended).toMatchObject({ state: "done", rows: ROWS, problem: null });
  expect(cuts).toBeGreaterThan(0);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  await pool.end();
});

test("an import waits while the database is read-only", async () => {
  const { pool, context } = await freshContext();
  const { id } = await receiveBytes(context, nextFile());
  await runScan(context, id, signal);
  await alterDatabase("default_transaction_read_only", "on");
  await endSessions();
  const refused: unknown = await until(() =>
    pool.query("create table refused ()").then(
      () => undefined,
      (error: unknown) => ((error as { code?: string }).code === "25006" ? error : undefined),
    ),
  );
  expect(isTransient(refused)).toBe(true);
  let over = false;
  const loading = runLoader(context, id, signal).finally(() => (over = true));
  await refusals(3);
  expect([over, (await readImport(database.pool, id))?.state]).toEqual([false, "loading"]);
  await resetDatabase();
  await endSessions();
  await loading;
  expect(await readImport(database.pool, id)).toMatchObject({ state: "done", rows: ROWS });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  await pool.end();

  /** Waits until the server has rolled back `count` more transactions. */
  async function refusals(count: number): Promise<void> {
    const rolledBack = async (): Promise<number> => {
      const { rows } = await database.pool.query<{ n: number }>(
        "select xact_rollback as n from pg_stat_database where datname = current_database()",
      );
      return rows[0]?.n ?? 0;
    };
    const before = await rolledBack();
    await until(async () => (await rolledBack()) >= before + count);
  }
});

/** PostgreSQL's answer to a write for which the disk has no room. */
async function fillDisk(): Promise<void> {
  await database.pool.query(`
    create sequence if not exists refusals;
    create or replace function refuse() returns trigger language plpgsql as $$
    begin
      perform nextval('refusals');
      raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create or replace trigger full_disk before update on import_chunks for each row execute function refuse()`);
}
const refusals = async (): Promise<number> =>
  (await database.pool.query<{ n: number }>("select last_value as n from refusals")).rows[0]?.n ?? 0;

test("an import waits for a full disk and continues when there is room", async () => {
  const { pool, context } = await freshContext();
  const { id } = await receiveBytes(context, nextFile());
  await runScan(context, id, signal);
  await fillDisk();
  const before = await refusals();
  const loading = runLoader(context, id, signal);
  await until(async () => (await refusals()) > before + 3);
  expect((await readImport(database.pool, id))?.state).toBe("loading");
  await database.pool.query("drop trigger full_disk on import_chunks");
  await loading;
  expect(await readImport(database.pool, id)).toMatchObject({ state: "done", rows: ROWS });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  await pool.end();
});

test("an import that waits for a full disk notices that it is cancelled", async () => {
  const { pool, context } = await freshContext();
  const { id } = await receiveBytes(context, nextFile());
  await runScan(context, id, signal);
  await fillDisk();
  const before = await refusals();
  const loading = runLoader(context, id, signal);
  await until(async () => (await refusals()) > before + 3);
  await requestCancel(database.pool, id);
  await loading;
  expect((await readImport(database.pool, id))?.state).toBe("cancelled");
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  await pool.end();
});
