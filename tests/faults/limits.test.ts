// Imports survive limits that an administrator sets in PostgreSQL, terminated sessions, a read-only database and a full disk.
import pg from "pg";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { connectClient, createPool, isTransient, retryTransient } from "../../src/db/connection/connect.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { readImport, requestCancel } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, leftovers, NOTHING_LEFT, receiveBytes } from "../support/import-file.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const ROWS = 400;
const NAME = "skuport faults";
const signal = new AbortController().signal;

/** Number of files created so far. Each file has different product names, so that its import changes every product. */
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

async function createContext() {
  const pool = createPool(database.address, { application_name: NAME, max: 8 });
  const context = await createImportContext(pool, 20);
  onTestFinished(() => pool.end());
  return { pool, context };
}

/** Creates a context and, in it, an import that has been scanned and is ready to be loaded. */
async function createScannedImport() {
  const { pool, context } = await createContext();
  const { id } = await receiveBytes(context, nextFile());
  await runScan(context, id, signal);
  return { pool, context, id };
}

async function expectDone({ context, id }: { context: ImportContext; id: number }): Promise<void> {
  expect(await readImport(database.pool, id)).toMatchObject({ state: "done", rows: ROWS, problem: null });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
}

const endSessions = (): Promise<unknown> =>
  database.pool.query(
    `with ours as materialized (select pid from pg_stat_activity where application_name = $1 and datname = current_database())
     select pg_terminate_backend(pid) from ours`,
    [NAME],
  );

test("an import completes under an administrator's shortest timeouts", async () => {
  await alterDatabase("statement_timeout", "1ms");
  await alterDatabase("idle_in_transaction_session_timeout", "1ms");
  await alterDatabase("lock_timeout", "1ms");
  const plain = new pg.Client(database.address);
  await plain.connect();
  const control: unknown = await plain.query("select pg_sleep(1)").catch((error: unknown) => error);
  expect([(control as { code: string }).code, isTransient(control)]).toEqual(["57014", true]);
  await plain.end();
  const { context } = await createContext();
  const { id } = await importBytes(context, nextFile());
  await expectDone({ context, id });
});

test("an import completes even if its sessions are terminated repeatedly", async () => {
  const { context, id } = await createScannedImport();
  let cuts = 0;
  // Retry here as pg-boss does: a loader that cannot read its import fails its job, and pg-boss runs the job again.
  const loaders = Array.from({ length: context.concurrency }, () =>
    retryTransient(() => runLoader(context, id, signal)),
  );
  const working = Promise.all(loaders);
  const cutting = (async () => {
    while ((await readImport(database.pool, id))?.state === "loading" && cuts++ < 30) await endSessions();
  })();
  await Promise.all([working, cutting]);
  expect(cuts).toBeGreaterThan(0);
  await expectDone({ context, id });
});

test("an import waits while the database is read-only", async () => {
  const { pool, context, id } = await createScannedImport();
  await alterDatabase("default_transaction_read_only", "on");
  await endSessions();
  const refused: unknown = await until(() =>
    pool.query("create table refused ()").then(
      () => undefined,
      (error: unknown) => ((error as { code?: string }).code === "25006" ? error : undefined),
    ),
  );
  expect(isTransient(refused)).toBe(true);
  let isOver = false;
  const loading = runLoader(context, id, signal).finally(() => (isOver = true));
  await untilRolledBack(3);
  expect([isOver, (await readImport(database.pool, id))?.state]).toEqual([false, "loading"]);
  await resetDatabase();
  await endSessions();
  await loading;
  await expectDone({ context, id });

  /** Waits until PostgreSQL has rolled back `count` more transactions. */
  async function untilRolledBack(count: number): Promise<void> {
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

/** Makes writes to import_chunks fail with the error of a full disk. */
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
const countRefusals = async (): Promise<number> =>
  (await database.pool.query<{ n: number }>("select last_value as n from refusals")).rows[0]?.n ?? 0;

test("an import waits while the disk is full, and continues when there is space", async () => {
  const { context, id } = await createScannedImport();
  await fillDisk();
  const before = await countRefusals();
  const loading = runLoader(context, id, signal);
  await until(async () => (await countRefusals()) > before + 3);
  expect((await readImport(database.pool, id))?.state).toBe("loading");
  await database.pool.query("drop trigger full_disk on import_chunks");
  await loading;
  await expectDone({ context, id });
});

test("an import that waits because of a full disk can be cancelled", async () => {
  const { context, id } = await createScannedImport();
  await fillDisk();
  const before = await countRefusals();
  const loading = runLoader(context, id, signal);
  await until(async () => (await countRefusals()) > before + 3);
  await requestCancel(database.pool, id);
  await loading;
  expect((await readImport(database.pool, id))?.state).toBe("cancelled");
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});
