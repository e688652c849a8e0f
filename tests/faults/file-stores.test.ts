// Several servers, workers and commands use one database, each with a data folder of its own. A process can read only the files of its own
// folder, and leaves all other imports to the processes that can read their files.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { uploadPath } from "../../client/upload.ts";
import { health_ready, type FileStore } from "../../contract/health.ts";
import { get_import, isTerminal, type Import } from "../../contract/imports/imports.ts";
import { createTestDatabase } from "../support/database.ts";
import { withKey } from "../support/identity/fetch-with-key.ts";
import { until } from "../support/until.ts";
import { createDataDir, createFaultFixtures } from "./support/fault-fixtures.ts";
import type { RunningServer } from "./support/processes.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const TIMEOUT_MS = 300_000;
const ROWS = 500;
/** All processes of a database need the same key; without this setting, each data folder would get a key of its own. */
const SETTINGS = { SKUPORT_SECRETS_KEY: randomBytes(32).toString("base64") };
const UPLOADS = 4;

const database = await createTestDatabase();
const { startProxy, startServer, startWorker } = createFaultFixtures(database);

/** A file with rows of its own, so that every import creates all its products. */
async function fileOf(folder: string, name: string): Promise<string> {
  const path = join(folder, `${name}.csv`);
  await writeFile(path, `sku,name\n${Array.from({ length: ROWS }, (_, i) => `${name}-${i},Name\n`).join("")}`);
  return path;
}

const storesOf = async (server: RunningServer): Promise<FileStore[]> =>
  (await call(health_ready, {}, withKey(server.base_url))).stores;
const importOf = (server: RunningServer, id: number): Promise<Import> =>
  call(get_import, { params: { id } }, withKey(server.base_url));

test(
  "a worker leaves uploads that it cannot see to workers that can, and /health/ready reports that they wait",
  async () => {
    const [own, other] = [await createDataDir(), await createDataDir()];
    const url = (await startProxy()).url();
    const server = await startServer({ url, data_dir: own.data_dir, settings: SETTINGS });
    const blind = await startWorker({ url, data_dir: other.data_dir, settings: SETTINGS });
    const ids: number[] = [];
    for (let i = 0; i < UPLOADS; i++)
      ids.push((await uploadPath(await fileOf(own.data_dir, `blind${i}`), withKey(server.base_url))).id);
    const stores = await storesOf(server);
    expect(stores.find(({ is_own }) => is_own)).toMatchObject({ workers: 0, unfinished_imports: UPLOADS });
    expect(stores.find(({ is_own }) => !is_own)).toMatchObject({ workers: 1, unfinished_imports: 0 });
    const seeing = await startWorker({ url, data_dir: own.data_dir, settings: SETTINGS });
    await until(async () =>
      (await Promise.all(ids.map((id) => importOf(server, id)))).every(({ state }) => isTerminal(state)),
    );
    for (const id of ids)
      expect(await importOf(server, id)).toMatchObject({ state: "done", created: ROWS, problem: null });
    expect((await storesOf(server)).find(({ is_own }) => is_own)).toMatchObject({ workers: 1, unfinished_imports: 0 });
    for (const worker of [blind, seeing]) await worker.stop();
    await server.stop();
    await own.expectNothingLeft(database.pool);
  },
  TIMEOUT_MS,
);

test(
  "`skuport import` from another folder beside a running worker imports its file itself",
  async () => {
    const [own, other] = [await createDataDir(), await createDataDir()];
    const url = (await startProxy()).url();
    const worker = await startWorker({ url, data_dir: own.data_dir, settings: SETTINGS });
    for (let i = 0; i < UPLOADS; i++) {
      const path = await fileOf(other.data_dir, `alone${i}`);
      const child = spawn(process.execPath, [MAIN, "import", path, "--data-dir", other.data_dir], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, DATABASE_URL: url },
      });
      const output = Promise.all([text(child.stdout), text(child.stderr)]);
      const [code] = (await once(child, "close")) as [number];
      expect([code, (await output).join("")]).toEqual([0, expect.stringContaining("500")]);
    }
    const { rows } = await database.pool.query<Import>(
      "select state, created, problem from imports where filename like 'alone%'",
    );
    expect(rows).toEqual(Array(UPLOADS).fill({ state: "done", created: ROWS, problem: null }));
    await worker.stop();
    await other.expectNothingLeft(database.pool);
  },
  TIMEOUT_MS,
);
