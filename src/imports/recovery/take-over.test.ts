// What a worker does about imports and uploads that give no sign of life, and when it must not.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, receiveBytes } from "../../../tests/support/import-file.ts";
import { import_query, type Import } from "../../../contract/imports/imports.ts";
import { createSilenceWatch } from "../../jobs/silence.ts";
import { isImporting } from "../is-importing.ts";
import { insertImport, noteReceived, readImport } from "../store.ts";
import { SILENT_WORK_MS, takeOverSilentImports } from "./take-over.ts";

const { pool } = await createTestDatabase();
const woken: number[] = [];
const context = {
  ...(await createImportContext(pool)),
  sendScan: (_db: unknown, id: number) => Promise.resolve(void woken.push(id)),
};

const receiving = (): Promise<number> =>
  insertImport(pool, {
    ...{ actor: "test", filename: "slow.csv", file: crypto.randomUUID(), size: 100, options: import_query.parse({}) },
  });
const stateOf = async (id: number): Promise<Import["state"] | undefined> => (await readImport(pool, id))?.state;
const setClock = (id: number, interval: string): Promise<unknown> =>
  pool.query("update imports set updated_at = now() + $2::interval where id = $1", [id, interval]);

/** A worker that looks at the times given, in seconds. */
function worker(): { lookAt: (...seconds: number[]) => Promise<void> } {
  let now = 0;
  const seen = createSilenceWatch(() => now);
  return {
    async lookAt(...seconds) {
      for (const second of seconds) {
        now = second * 1000;
        await takeOverSilentImports(context, SILENT_WORK_MS, seen);
      }
    },
  };
}
const steps = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 5 + 1 }, (_, i) => from + i * 5);

test("an upload is given up once the worker itself has seen 30 s of silence", async () => {
  const id = await receiving();
  const { lookAt } = worker();
  await lookAt(...steps(0, 25));
  expect(await stateOf(id)).toBe("receiving");
  await lookAt(30);
  expect(await readImport(pool, id)).toMatchObject({
    state: "failed",
    problem: { type: "/problems/upload-interrupted" },
  });
});

test("an upload is not given up for the time in which the database was away, or because its clock was set", async () => {
  const id = await receiving();
  const { lookAt } = worker();
  await lookAt(...steps(0, 20));
  // Nothing could be read or noted for a minute.
  await lookAt(80);
  await setClock(id, "-1 day");
  await lookAt(85);
  expect(await stateOf(id)).toBe("receiving");
  expect(await noteReceived(pool, id, 50)).toBe(true);
  await lookAt(...steps(90, 110));
  expect(await stateOf(id)).toBe("receiving");
});

test.each(["-1 minute", "1 hour"])(
  "an import whose last sign of life is %s from now, by the database's clock, is woken",
  async (interval) => {
    const { id } = await receiveBytes(context, "sku,name\nA,One\n");
    woken.length = 0;
    await worker().lookAt(0);
    expect(woken).not.toContain(id);
    expect(await isImporting(pool)).toBe(true);
    await setClock(id, interval);
    await worker().lookAt(0);
    expect(woken).toContain(id);
    await pool.query("update imports set updated_at = now() + $1::interval", [interval]);
    expect(await isImporting(pool)).toBe(false);
  },
);
