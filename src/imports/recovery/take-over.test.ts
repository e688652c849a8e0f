// Tests the takeover of imports and uploads whose process no longer updates their row, and the cases in which a worker must not
// take over.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, receiveBytes } from "../../../tests/support/import-file.ts";
import { completeOptions, import_query, type Import } from "../../../contract/imports/imports.ts";
import { createSilenceWatch } from "../../jobs/silence.ts";
import { isImporting } from "../is-importing.ts";
import { runScan } from "../scan/run-scan.ts";
import { insertImport, noteReceived, readImport, requestCancel } from "../store.ts";
import { SILENT_WORK_MS } from "../../jobs/worker-loop.ts";
import { takeOverSilentImports } from "./take-over.ts";

const { pool } = await createTestDatabase();
const woken: number[] = [];
const context = {
  ...(await createImportContext(pool)),
  sendScan: (_db: unknown, id: number) => Promise.resolve(void woken.push(id)),
};

const receiving = (): Promise<number> =>
  insertImport(pool, {
    actor: "test",
    filename: "slow.csv",
    file: crypto.randomUUID(),
    store_id: context.store.id,
    size: 100,
    options: completeOptions(import_query.parse({})),
  });
const stateOf = async (id: number): Promise<Import["state"] | undefined> => (await readImport(pool, id))?.state;
const setClock = (id: number, interval: string): Promise<unknown> =>
  pool.query("update imports set updated_at = now() + $2::interval where id = $1", [id, interval]);

/** A worker that looks for imports without a sign of life at the given times, in seconds. */
function worker(): { checkAt: (...seconds: number[]) => Promise<void> } {
  let now = 0;
  const seen = createSilenceWatch(() => now);
  return {
    async checkAt(...seconds) {
      for (const second of seconds) {
        now = second * 1000;
        await takeOverSilentImports(context, SILENT_WORK_MS, seen);
      }
    },
  };
}
const steps = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 5 + 1 }, (_, i) => from + i * 5);

test("an upload fails after the worker itself has observed 30 s of silence", async () => {
  const id = await receiving();
  const { checkAt } = worker();
  await checkAt(...steps(0, 25));
  expect(await stateOf(id)).toBe("receiving");
  await checkAt(30);
  expect(await readImport(pool, id)).toMatchObject({
    state: "failed",
    problem: { type: "/problems/upload-interrupted" },
  });
});

test("an upload does not fail because the database was unavailable or its clock was changed", async () => {
  const id = await receiving();
  const { checkAt } = worker();
  await checkAt(...steps(0, 20));
  // The database was unavailable for a minute.
  await checkAt(80);
  await setClock(id, "-1 day");
  await checkAt(85);
  expect(await stateOf(id)).toBe("receiving");
  expect(await noteReceived(pool, id, { received: 50, writer: 0 })).toBe(true);
  await checkAt(...steps(90, 110));
  expect(await stateOf(id)).toBe("receiving");
});

test.each(["-1 minute", "1 hour"])(
  "a worker is woken for an import whose last update is %s from now by the database's clock",
  async (interval) => {
    const { id } = await receiveBytes(context, "sku,name\nA,One\n");
    woken.length = 0;
    await worker().checkAt(0);
    expect(woken).not.toContain(id);
    expect(await isImporting(pool)).toBe(true);
    await setClock(id, interval);
    await worker().checkAt(0);
    expect(woken).toContain(id);
    await pool.query("update imports set updated_at = now() + $1::interval", [interval]);
    expect(await isImporting(pool)).toBe(false);
  },
);

test("a worker wakes workers for imports of its own store only, and ends cancelled imports of every store", async () => {
  const other = { ...(await createImportContext(pool)), sendScan: context.sendScan };
  const own = (await receiveBytes(context, "sku,name\nA,One\n")).id;
  const foreign = (await receiveBytes(other, "sku,name\nB,Two\n")).id;
  const cancelled = (await receiveBytes(other, "sku,name\nC,Three\n")).id;
  await requestCancel(pool, cancelled);
  for (const id of [own, foreign, cancelled]) await setClock(id, "-1 minute");
  woken.length = 0;
  await worker().checkAt(0);
  expect(woken.filter((id) => [own, foreign, cancelled].includes(id))).toEqual([own]);
  expect(await Promise.all([own, foreign, cancelled].map(stateOf))).toEqual(["scanning", "scanning", "cancelled"]);
});

test("a worker ends an import of another store whose chunks are all loaded", async () => {
  const other = await createImportContext(pool);
  const { id } = await receiveBytes(other, "sku,name\nD,Four\n");
  await runScan(other, id, new AbortController().signal);
  await pool.query("update import_chunks set done = true, created = 1 where import_id = $1", [id]);
  await setClock(id, "-1 minute");
  await worker().checkAt(0);
  expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 1 });
});
