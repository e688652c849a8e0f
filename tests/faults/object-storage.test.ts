// Servers and workers with folders of their own, one database and one bucket. Processes are killed during an upload, a scan and a load.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Import } from "../../contract/imports/imports.ts";
import { isTerminal } from "../../contract/imports/imports.ts";
import { readImport } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { startObjectStorage } from "../support/storage/object-storage.ts";
import { until } from "../support/until.ts";
import { startServerProcess, startWorkerProcess, type RunningProcess } from "./support/processes.ts";

const TIMEOUT_MS = 240_000;
const MB = 1 << 20;
const ROWS = 8000;
const text = "a description of some length as suppliers write them ".repeat(24);
const CSV = Buffer.from(
  `sku,name,text\n${Array.from({ length: ROWS }, (_, i) => `S-${i},Name ${i},${text}\n`).join("")}`,
);

const { address, pool } = await createTestDatabase();
const storage = await startObjectStorage();
const root = await mkdtemp(join(tmpdir(), "skuport-bucket-"));
const processes: RunningProcess[] = [];
afterAll(async () => {
  await Promise.all(processes.map((each) => each.kill()));
  await rm(root, { recursive: true, force: true });
});

const url = `postgres://${address.user}@${encodeURIComponent(address.host)}:${address.port}/${address.database}`;
const settings = { ...storage.env, SKUPORT_SECRETS_KEY: randomBytes(32).toString("base64") };
async function start<P extends RunningProcess>(
  startProcess: (options: { url: string; data_dir: string; settings: Record<string, string> }) => Promise<P>,
  name: string,
): Promise<P> {
  const started = await startProcess({ url, data_dir: join(root, name), settings });
  processes.push(started);
  return started;
}

const TUS = { "tus-resumable": "1.0.0" };
const PATCH = { ...TUS, "content-type": "application/offset+octet-stream" };

test(
  "killed servers and workers lose no byte and no row",
  async () => {
    const [first, second] = [await start(startServerProcess, "server-1"), await start(startServerProcess, "server-2")];
    const created = await fetch(`${first.base_url}/api/uploads`, {
      method: "POST",
      headers: { ...TUS, "upload-length": String(CSV.length) },
    });
    const path = created.headers.get("location") ?? "";
    const { id } = (await created.json()) as { id: number };
    const stateOf = async (): Promise<Import> => (await readImport(pool, id)) as Import;
    async function* unfinished(): AsyncGenerator<Buffer> {
      yield CSV.subarray(0, 9 * MB);
      await first.exited;
    }
    const sending = fetch(first.base_url + path, {
      method: "PATCH",
      headers: { ...PATCH, "upload-offset": "0" },
      body: ReadableStream.from(unfinished()),
      duplex: "half",
    }).catch(() => undefined);
    await until(async () => (await storage.names()).length > 1);
    await first.kill();
    await sending;
    const asked = await fetch(second.base_url + path, { method: "HEAD", headers: TUS });
    const offset = Number(asked.headers.get("upload-offset"));
    expect(offset).toBeGreaterThanOrEqual(8 * MB);
    const sent = await fetch(second.base_url + path, {
      method: "PATCH",
      headers: { ...PATCH, "upload-offset": String(offset) },
      body: CSV.subarray(offset),
    });
    expect(sent.status).toBe(204);
    expect((await stateOf()).sha256).toBe(createHash("sha256").update(CSV).digest("hex"));

    // The scan has the first part and waits for the second one.
    const released = Promise.withResolvers<undefined>();
    storage.hold(/0{16}8388608-|\.0{9}8388608-/, released.promise);
    const scanning = await start(startWorkerProcess, "worker-1");
    await until(async () => (await stateOf()).columns.length > 0);
    await scanning.kill();
    released.resolve(undefined);

    // Loaders wait for the lock.
    const blocker = await pool.connect();
    await blocker.query("begin");
    await blocker.query("lock table products in exclusive mode");
    const loading = await start(startWorkerProcess, "worker-2");
    await until(async () => {
      const { rows } = await pool.query("select 1 from pg_locks where relation = 'products'::regclass and not granted");
      return rows.length > 0;
    });
    expect((await stateOf()).state).toBe("loading");
    await loading.kill();
    await blocker.query("rollback");
    blocker.release();

    const last = await start(startWorkerProcess, "worker-3");
    await until(async () => isTerminal((await stateOf()).state));
    expect(await stateOf()).toMatchObject({ state: "done", created: ROWS, rejected: 0, wait_reason: null });
    const { rows } = await pool.query<{ count: number }>("select count(distinct name)::int as count from products");
    expect(rows[0]?.count).toBe(ROWS);
    await until(async () => (await storage.names()).join() === "store.id");
    // This worker has read ranges of the bucket, and has copied nothing.
    expect(await readdir(join(root, "worker-3/files"))).toEqual([]);
    await last.stop();
    for (const each of processes) expect(each.output()).not.toContain(storage.settings.secret_access_key);
  },
  TIMEOUT_MS,
);
