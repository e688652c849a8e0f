import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../tests/support/until.ts";
import { connectClient } from "../connection/connect.ts";
import { startEmbedded, type Embedded } from "./embedded.ts";
import { boundLog, logPath, oldLogPath } from "./postgres-log.ts";

const dataDir = mkdtempSync(join(tmpdir(), "skuport-postgres-log-"));
const log = { info: () => undefined, warn: () => undefined, error: console.error };
let postgres: Embedded;
beforeAll(async () => {
  const settings = { shared_buffers: "32MB", log_statement: "all" };
  postgres = await startEmbedded({ data_dir: dataDir, log, settings });
});
afterAll(() => postgres.stop());

const readLog = (): string => readFileSync(logPath(dataDir), "utf8");

async function logStatement(text: string): Promise<void> {
  const client = await connectClient(postgres.connection, { application_name: "test" });
  await client.query(`select '${text}'`);
  await client.end();
  await until(() => readLog().includes(text));
}

test("a log within its limit stays", async () => {
  await logStatement("first");
  await boundLog(dataDir, statSync(logPath(dataDir)).size);
  expect(existsSync(oldLogPath(dataDir))).toBe(false);
});

test("a log beyond its limit is rotated while PostgreSQL writes to it, and PostgreSQL continues at the start of the new one", async () => {
  await logStatement("before the rotation");
  const sizeBefore = statSync(logPath(dataDir)).size;
  await boundLog(dataDir, sizeBefore - 1);
  expect(readFileSync(oldLogPath(dataDir), "utf8")).toContain("before the rotation");
  await logStatement("after the rotation");
  expect(readLog()).not.toContain("before the rotation");
  // If the descriptor did not append, PostgreSQL would write at its old position and leave a hole of NUL bytes.
  expect(readLog()).not.toContain("\0");
  expect(statSync(logPath(dataDir)).size).toBeLessThan(sizeBefore);
});
