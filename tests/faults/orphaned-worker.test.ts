// A worker ends when its server has ended, even if the server ends while the worker is starting.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";

const { host, port, user, database: name } = (await createTestDatabase()).address;
const DATABASE_URL = `postgres://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`;
const dataDir = await mkdtemp(join(tmpdir(), "skuport-orphan-"));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test.each([0, 100, 300, 500, 700, 1000, 2000])("a worker whose server ends after %d ms ends too", async (delayMs) => {
  const worker = fork(join(import.meta.dirname, "../../src/main.ts"), ["work", "--data-dir", dataDir], {
    env: { ...process.env, DATABASE_URL, SKUPORT_LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const exited = once(worker, "exit");
  await sleep(delayMs); // injected delay: the server ends in different phases of the worker's start
  worker.disconnect();
  const [code] = (await exited) as [number | null];
  expect(code).toBe(0);
});
