// Tests scans and chunks that kill their worker: after the first death, they are processed one at a time; after the second death, the
// import fails.
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  receiveBytes,
  workOn,
} from "../../../tests/support/import-file.ts";
import { until } from "../../../tests/support/until.ts";
import { Problem } from "../../../contract/problems.ts";
import { beginPart, forgetAttempts, MAX_DEATHS, releaseLater, releaseParts } from "../../jobs/attempts.ts";
import { finishImport } from "../finish-import.ts";
import { runLoader } from "../load/loader.ts";
import { runScan } from "../scan/run-scan.ts";
import { readImport, requestCancel } from "../store.ts";
import { SCAN_PART, STRICT_PART } from "../problems.ts";
import { sweepImportAttempts } from "./sweep-attempts.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 40);
const signal = new AbortController().signal;
const CSV = `sku,name\n${Array.from({ length: 200 }, (_, i) => `S-${i},Name ${i}\n`).join("")}`;

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects, work_attempts cascade");
});

/** Inserts the rows of `work_attempts` that remain if `times` workers were killed while they processed this scan or chunk. */
async function die(id: number, part: number, times = 1): Promise<void> {
  for (let i = 0; i < times; i++)
    await pool.query("insert into work_attempts (kind, work_id, part, worker) values ($1, $2, $3, $4)", [
      "import",
      id,
      part,
      randomUUID(),
    ]);
}

const attempts = async (): Promise<number> => (await pool.query("select from work_attempts")).rowCount ?? 0;

describe("a scan", () => {
  test("is repeated after a worker died while processing it", async () => {
    const { id } = await receiveBytes(context, CSV);
    await die(id, SCAN_PART);
    expect(await workOn(context, id)).toMatchObject({ state: "done", created: 200 });
    expect(await attempts()).toBe(0);
  });

  test("fails the import after two workers died while processing it, and names the file", async () => {
    const { id } = await receiveBytes(context, CSV);
    await die(id, SCAN_PART, MAX_DEATHS);
    const ended = await workOn(context, id);
    expect(ended).toMatchObject({ state: "failed", problem: { type: "/problems/worker-died" } });
    expect(ended.problem?.detail).toContain('while it read "test.csv"');
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
    expect(await attempts()).toBe(0);
  });

  test("does not count as a death if it stops normally", async () => {
    const { id } = await receiveBytes(context, CSV);
    for (let stops = 0; stops < 4; stops++) await runScan(context, id, AbortSignal.abort());
    expect(await attempts()).toBe(0);
    expect(await workOn(context, id)).toMatchObject({ state: "done", created: 200 });
  });

  test("waits before its second attempt until no other suspect part is processed", async () => {
    const other = await pool.connect();
    await die(0, 7);
    expect(await beginPart(pool, { client: other, until: "unlock" }, { kind: "import", id: 0 }, 7, signal)).toBe(1);
    const { id } = await receiveBytes(context, CSV);
    await die(id, SCAN_PART);
    const scanned = runScan(context, id, signal);
    // While the scan waits for the lock, only the dead worker's attempt record may exist. If the waiting scan already had a record, and
    // this worker died because of the other suspect chunk, that death would be counted against the scan.
    await until(async () => (await pool.query("select from imports where scan_token = 1")).rowCount === 1);
    await until(async () => (await pool.query("select from work_attempts where work_id = $1", [id])).rowCount === 1);
    expect((await readImport(pool, id))?.state).toBe("scanning");
    // The second import is not delayed, because none of its workers has died.
    expect(await importBytes(context, CSV)).toMatchObject({ state: "done" });
    await other.query("select pg_advisory_unlock_all()");
    other.release();
    await scanned;
    await runLoader(context, id, signal);
    expect(await readImport(pool, id)).toMatchObject({ state: "done", unchanged: 200 });
  });
});

describe("a chunk", () => {
  test("is loaded again after a worker died while processing it", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    await die(id, 2);
    await runLoader(context, id, signal);
    expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 200 });
    expect(await attempts()).toBe(0);
  });

  test("fails the import after two workers died while processing it", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    await die(id, 2, MAX_DEATHS);
    await runLoader(context, id, signal);
    const ended = await readImport(pool, id);
    expect(ended).toMatchObject({ state: "failed", created: 80 });
    expect(ended?.problem?.detail).toContain('rows 81 to 120 of "test.csv"');
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
    expect(await attempts()).toBe(0);
  });

  test("has no record after its transaction failed", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    // The trigger makes the transaction of chunk 0 fail. If the attempt record of this loader remained, the next worker that takes the
    // chunk would assume that this loader's process died.
    await pool.query(
      "create function move_on() returns trigger language plpgsql as $$ begin if new.chunk_no = 0 then raise sqlstate '40001'; end if; return new; end $$",
    );
    await pool.query("create trigger move_on before update on import_chunks for each row execute function move_on()");
    const stop = new AbortController();
    const loader = runLoader(context, id, stop.signal);
    await until(async () => (await attempts()) === 1);
    const other = await pool.connect();
    await other.query("begin");
    await until(async () => {
      const { rowCount } = await other.query(
        "select from import_chunks where import_id = $1 and chunk_no = 0 for update skip locked",
        [id],
      );
      return rowCount === 1;
    });
    const noted = "select from work_attempts where work_id = $1 and part = 0";
    await until(async () => (await pool.query(noted, [id])).rowCount === 0);
    await loader;
    await other.query("rollback");
    other.release();
    await pool.query("drop trigger move_on on import_chunks; drop function move_on()");
    await runLoader(context, id, signal);
    expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 200 });
  });

  test("does not count as a death if its loader stops normally", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    const stop = new AbortController();
    // The trigger prevents the commit of the first chunk, so its attempt record still exists when the loader is stopped.
    await pool.query(
      "create function stop_it() returns trigger language plpgsql as $$ begin raise sqlstate '40001'; end $$",
    );
    await pool.query("create trigger stop_it before update on import_chunks for each row execute function stop_it()");
    const loader = runLoader(context, id, stop.signal);
    await until(async () => (await attempts()) === 1);
    stop.abort();
    await loader;
    await pool.query("drop trigger stop_it on import_chunks; drop function stop_it()");
    expect(await attempts()).toBe(0);
    await runLoader(context, id, signal);
    expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 200 });
  });
});

describe("a strict import", () => {
  test("fails after two workers died while processing it, and nothing is imported", async () => {
    const { id } = await receiveBytes(context, CSV, { strict: true });
    await runScan(context, id, signal);
    await die(id, STRICT_PART, MAX_DEATHS);
    await runLoader(context, id, signal);
    const ended = await readImport(pool, id);
    expect(ended).toMatchObject({ state: "failed", created: 0, problem: { type: "/problems/worker-died" } });
    expect(ended?.problem?.detail).toContain('while it loaded "test.csv".');
    expect(await attempts()).toBe(0);
  });

  test("waits for its turn before it locks a product", async () => {
    await importBytes(context, CSV);
    const { id } = await receiveBytes(context, CSV.replaceAll("Name", "New name"), { strict: true });
    await runScan(context, id, signal);
    await die(id, STRICT_PART);
    const other = await pool.connect();
    await die(0, 7);
    await beginPart(pool, { client: other, until: "unlock" }, { kind: "import", id: 0 }, 7, signal);
    const before = (await readImport(pool, id))?.version ?? 0;
    const loaded = runLoader(context, id, signal);
    // While a loader waits for its turn, it updates the import's row.
    await until(async () => ((await readImport(pool, id))?.version ?? 0) > before);
    await other.query("select from products for update nowait");
    await other.query("select pg_advisory_unlock_all()");
    other.release();
    await loaded;
    expect(await readImport(pool, id)).toMatchObject({ state: "done", updated: 200 });
  });
});

test("a process releases only its own records; all records of an import can be deleted", async () => {
  const client = await pool.connect();
  const work = { kind: "import", id: 5 } as const;
  for (const part of [1, 1, 2, 3])
    expect(await beginPart(pool, { client, until: "commit" }, work, part, signal)).toBe(0);
  client.release();
  await die(5, 2);
  await releaseParts(pool, work, new Set([1, 2]));
  const { rows } = await pool.query("select part from work_attempts order by part");
  expect(rows).toEqual([{ part: 2 }, { part: 3 }]);
  await forgetAttempts(pool, work);
  expect(await attempts()).toBe(0);
});

describe("a part that waits for its turn", () => {
  /** Begins a suspect chunk. Only one suspect scan or chunk is processed at a time, so all others now wait.
   * @returns a function that ends the suspect chunk */
  async function takeTurn(): Promise<() => Promise<void>> {
    const other = await pool.connect();
    await die(0, 7);
    await beginPart(pool, { client: other, until: "unlock" }, { kind: "import", id: 0 }, 7, signal);
    return async () => {
      await other.query("select pg_advisory_unlock_all()");
      other.release();
    };
  }
  const versionOf = async (id: number): Promise<number> => (await readImport(pool, id))?.version ?? -1;

  test("keeps updating the import's row", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    await die(id, 0);
    const endTurn = await takeTurn();
    const before = await versionOf(id);
    const loaded = runLoader(context, id, signal);
    await until(async () => (await versionOf(id)) >= before + 2);
    expect(await readImport(pool, id)).toMatchObject({ state: "loading", created: 0 });
    await endTurn();
    await loaded;
    expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 200 });
  });

  test.each([false, true])("stops when its import is cancelled (strict: %s)", async (strict) => {
    const { id } = await receiveBytes(context, CSV, { strict });
    await runScan(context, id, signal);
    await die(id, strict ? STRICT_PART : 0);
    const endTurn = await takeTurn();
    const loaded = runLoader(context, id, signal);
    await requestCancel(pool, id);
    await loaded;
    expect(await readImport(pool, id)).toMatchObject({ state: "cancelled", created: 0 });
    await endTurn();
  });

  test("stops when its import has ended", async () => {
    const { id } = await receiveBytes(context, CSV);
    await die(id, SCAN_PART);
    const endTurn = await takeTurn();
    const scanned = runScan(context, id, signal);
    await until(async () => (await pool.query("select from imports where scan_token = 1")).rowCount === 1);
    await finishImport(context, id, "failed", new Problem("disk-full", "The disk is full."));
    await scanned;
    expect(await readImport(pool, id)).toMatchObject({ state: "failed" });
    await endTurn();
  });
});

test("records that could not be deleted during an outage are deleted later, unless the part was begun again", async () => {
  const client = await pool.connect();
  const work = { kind: "import", id: 6 } as const;
  for (const part of [1, 2]) await beginPart(pool, { client, until: "commit" }, work, part, signal);
  const broken = { query: () => Promise.reject(new Error("the database is away")) } as unknown as typeof pool;
  await releaseParts(broken, work, new Set([1, 2]));
  await expect(releaseLater(broken)).rejects.toThrow("away");
  expect(await attempts()).toBe(2);
  await beginPart(pool, { client, until: "commit" }, work, 2, signal);
  client.release();
  await releaseLater(pool);
  expect((await pool.query("select part from work_attempts")).rows).toEqual([{ part: 2 }]);
});

test("records of ended and unknown imports are swept", async () => {
  const ended = await importBytes(context, CSV);
  const open = await receiveBytes(context, CSV);
  for (const id of [ended.id, open.id, 999_999]) await die(id, 0);
  await pool.query("insert into work_attempts (kind, work_id, part, worker) values ('operation', 1, 0, $1)", [
    randomUUID(),
  ]);
  await sweepImportAttempts(pool);
  const { rows } = await pool.query("select kind, work_id::int as id from work_attempts order by kind");
  expect(rows).toEqual([
    { kind: "import", id: open.id },
    { kind: "operation", id: 1 },
  ]);
});
