// The system into which faults are injected: a PostgreSQL with durable settings, a server and two workers, and a webhook receiver. Each
// process reaches the database through its own proxy and is restarted when it ends.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { call } from "../../client/call.ts";
import { create_webhook } from "../../contract/webhooks/webhooks.ts";
import { createPool } from "../../src/db/connection/connect.ts";
import { startEmbedded, type Embedded } from "../../src/db/embedded/embedded.ts";
import {
  startServerProcess,
  startWorkerProcess,
  type RunningProcess,
  type RunningServer,
} from "../../tests/faults/support/processes.ts";
import { startProxy, type Proxy } from "../../tests/support/network/proxy.ts";
import { ALLOW_LOOPBACK } from "../webhooks/deliveries.ts";
import { startReceiver, type CountingReceiver } from "../webhooks/receiver.ts";

export interface Supervised<T extends RunningProcess> {
  readonly proxy: Proxy;
  /** The running process; during a restart, the previous process. */
  readonly now: T;
  stop(): Promise<void>;
}

export interface Site {
  data_dir: string;
  postgres: Embedded;
  /** Connects directly to the database, without a proxy. */
  pool: pg.Pool;
  server: Supervised<RunningServer>;
  workers: Supervised<RunningProcess>[];
  receiver: CountingReceiver;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-faults-"));
  const dataDir = join(folder, "data");
  const log = { info: () => undefined, warn: () => undefined, error: console.error };
  const postgres = await startEmbedded({ data_dir: join(folder, "postgres"), log });
  const pool = createPool(postgres.connection, { application_name: "skuport bench", max: 4 });
  const receiver = await startReceiver();
  const options = { data_dir: dataDir, settings: { SKUPORT_WORKER_CONCURRENCY: "2", ...ALLOW_LOOPBACK } };
  const server = await supervise(postgres, (url) => startServerProcess({ ...options, url }));
  const startWorker = (): Promise<Supervised<RunningProcess>> =>
    supervise(postgres, (url) => startWorkerProcess({ ...options, url }));
  const workers = [await startWorker(), await startWorker()];
  await call(create_webhook, { body: { url: receiver.url } }, { base_url: server.now.base_url });
  return {
    data_dir: dataDir,
    postgres,
    pool,
    server,
    workers,
    receiver,
    async close() {
      await Promise.all([server, ...workers].map((supervised) => supervised.stop()));
      receiver.close();
      await pool.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Restarts the process whenever it ends, like a service manager. */
async function supervise<T extends RunningProcess>(
  postgres: Embedded,
  start: (url: string) => Promise<T>,
): Promise<Supervised<T>> {
  const proxy = await startProxy(postgres.connection);
  let now = await start(proxy.url());
  let stopping = false;
  const restart = async (): Promise<void> => {
    for (;;) {
      await now.exited;
      while (!stopping) {
        const started = await start(proxy.url()).catch(() => undefined);
        if (started === undefined) await sleep(200);
        else {
          now = started;
          break;
        }
      }
      if (stopping) break;
    }
  };
  const restarting = restart();
  return {
    proxy,
    get now() {
      return now;
    },
    async stop() {
      stopping = true;
      proxy.setMode("forward");
      await now.kill();
      await restarting;
      await now.kill();
      await proxy.close();
    },
  };
}
