// Parts of an import that kill their worker: given up at the second death, one at a time after the first.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
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
import { beginPart, forgetAttempts, releaseParts, MAX_DEATHS } from "../../jobs/attempts.ts";
import { runLoader } from "../load/loader.ts";
import { runScan } from "../scan/run-scan.ts";
import { readImport } from "../store.ts";
import { SCAN_PART, STRICT_PART } from "../problems.ts";
import { lockKeys } from "../../db/advisory-locks.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 40);
const signal = new AbortController().signal;
const CSV = `sku,name\n${Array.from({ length: 200 }, (_, i) => `S-${i},Name ${i}\n`).join("")}`;

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects, work_attempts cascade");
});

/** What workers leave that were killed while they worked on the part. */
async function die(id: number, part: number, times = 1): Promise<void> {
  for (let i = 0; i < times; i++)
    await pool.query("insert into work_attempts (kind, work_id, part, worker) values ($1, $2, $3, $4)", [
      ...["import", id, part, randomUUID()],
    ]);
}

const attempts = async (): Promise<number> => (await pool.query("select from work_attempts")).rowCount ?? 0;

describe("a scan", () => {
  test("over which a worker died is done again", async () => {
    const { id } = await receiveBytes(context, CSV);
    await die(id, SCAN_PART);
    expect(await workOn(context, id)).toMatchObject({ state: "done", created: 200 });
    expect(await attempts()).toBe(0);
  });

  test("over which two workers died fails the import, and says of which file", async () => {
    const { id } = await receiveBytes(context, CSV);
    await die(id, SCAN_PART, MAX_DEATHS);
    const ended = await workOn(context, id);
    expect(ended).toMatchObject({ state: "failed", problem: { type: "/problems/worker-died" } });
    expect(ended.problem?.detail).toContain('while it read "test.csv"');
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
    expect(await attempts()).toBe(0);
  });

  test("that stops in an orderly way does not count, however often", async () => {
    const { id } = await receiveBytes(context, CSV);
    for (let stops = 0; stops < 4; stops++) await runScan(context, id, AbortSignal.abort());
    expect(await attempts()).toBe(0);
    expect(await workOn(context, id)).toMatchObject({ state: "done", created: 200 });
  });

  test("waits with its second try until no other part over which a worker died is worked on", async () => {
    const other = await pool.connect();
    await die(0, 7);
    expect(await beginPart(pool, { client: other, until: "unlock" }, { kind: "import", id: 0 }, 7, signal)).toBe(1);
    const { id } = await receiveBytes(context, CSV);
    await die(id, SCAN_PART);
    const scanned = runScan(context, id, signal);
    // It must not look as if it were at work: the other one may kill the worker now.
    await until(async () => (await pool.query("select from imports where scan_token = 1")).rowCount === 1);
    await until(async () => (await pool.query("select from work_attempts where work_id = $1", [id])).rowCount === 1);
    expect((await readImport(pool, id))?.state).toBe("scanning");
    // Beside it, what has no death on its record is not held up.
    expect(await importBytes(context, CSV)).toMatchObject({ state: "done" });
    await other.query("select pg_advisory_unlock_all()");
    other.release();
    await scanned;
    await runLoader(context, id, signal);
    expect(await readImport(pool, id)).toMatchObject({ state: "done", unchanged: 200 });
  });
});

describe("a chunk", () => {
  test("over which a worker died is loaded again", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    await die(id, 2);
    await runLoader(context, id, signal);
    expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 200 });
    expect(await attempts()).toBe(0);
  });

  test("over which two workers died fails the import", async () => {
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

  test("whose transaction failed is no longer noted while its loader tries again", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    // What another worker took meanwhile must not be noted by this one.
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

  test("whose loader stops in an orderly way does not count", async () => {
    const { id } = await receiveBytes(context, CSV);
    await runScan(context, id, signal);
    const stop = new AbortController();
    // The first chunk's commit is refused, so that its note is still there when the lane is to stop.
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
  test("over which two workers died fails, and nothing is imported", async () => {
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
    const loaded = runLoader(context, id, signal);
    // Its transaction is open, and asks for the turn.
    await until(
      async () =>
        (await pool.query("select from pg_locks where classid = $1 and objid = $2", lockKeys("strict_import", id)))
          .rowCount === 1,
    );
    await sleep(200);
    await other.query("select from products for update nowait");
    await other.query("select pg_advisory_unlock_all()");
    other.release();
    await loaded;
    expect(await readImport(pool, id)).toMatchObject({ state: "done", updated: 200 });
  });
});

test("notes are this process's own, and go one by one or all at once", async () => {
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
