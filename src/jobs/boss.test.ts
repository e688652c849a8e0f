import { expect, test } from "vitest";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { IMPORT_QUEUE, OPERATION_EXECUTOR_QUEUE, sendJob, startBoss, workQueue } from "./boss.ts";

const database = await createTestDatabase();
const STORE = crypto.randomUUID();

test("running jobs are reported on each change, each name once", async () => {
  const reports: string[] = [];
  const boss = await startBoss(database.address, {
    application_name: "skuport test",
    store_id: STORE,
    works: true,
    onError: () => undefined,
    onJobs: (jobs) => reports.push(jobs.join(", ")),
  });
  try {
    const ends = Promise.withResolvers<undefined>();
    await workQueue(boss, { kind: IMPORT_QUEUE, store_id: STORE }, 1, () => ends.promise);
    await workQueue(boss, { kind: OPERATION_EXECUTOR_QUEUE }, 2, () => ends.promise);
    await sendJob(boss, database.pool, { kind: IMPORT_QUEUE, store_id: STORE }, { import_id: 17 });
    await until(() => reports.length === 1);
    await sendJob(boss, database.pool, { kind: OPERATION_EXECUTOR_QUEUE }, { operation_id: 4 }, 2);
    await until(() => reports.length === 3);
    expect(reports).toEqual(["import 17", "import 17, operation-executor 4", "import 17, operation-executor 4"]);
    ends.resolve(undefined);
    await until(() => reports.at(-1) === "");
  } finally {
    await boss.stop({ graceful: false });
  }
});
