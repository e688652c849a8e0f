// skuport work: runs a worker process. Several workers can share a database and load the same import.
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type pg from "pg";
import type { PgBoss } from "pg-boss";
import type { Logger } from "pino";
import { runIndexer } from "../catalog/search/indexer/worker.ts";
import { openFileStore } from "../imports/file-stores/open-store.ts";
import { isImporting } from "../imports/is-importing.ts";
import { senders, workOnImports } from "../imports/worker.ts";
import type { Config } from "../config.ts";
import { isTransient, type DatabaseAddress } from "../db/connection/connect.ts";
import { createDiskReserve } from "../db/data-dir/disk-reserve.ts";
import { purgeKeys } from "../http/idempotency/store.ts";
import { purgeIdentity } from "../identity/purge.ts";
import { listen } from "../events/listen.ts";
import { purgeEvents } from "../events/read.ts";
import { startBoss, workHourly } from "../jobs/boss.ts";
import { createLoaderLimit } from "../jobs/loader-limit.ts";
import { isOperating } from "../operations/is-operating.ts";
import { purgeHistory } from "../operations/purge-history.ts";
import { operationSenders, workOnOperations } from "../operations/worker.ts";
import { readArgs, type Command, type Io } from "./command.ts";
import { checkKeys } from "../processes/fleet/check-keys.ts";
import { startPulse, type Pulse } from "../processes/worker-heartbeat.ts";
import { throttleForLists } from "../processes/fleet/list-throttle.ts";
import { createLog } from "../processes/log.ts";
import { lowerBackends } from "../processes/lower-priority.ts";
import { findDatabase, openPool } from "../processes/open-database.ts";
import { deliverInThread } from "../processes/start-deliveries.ts";
import { logStrayErrors } from "../processes/stray-errors.ts";

const NAME = "skuport work";

export const work: Command = {
  name: "work",
  summary: "Run a worker, which loads imports and delivers webhooks",
  help: `Usage: skuport work [options]

Loads imports, executes bulk changes, updates the search index and delivers webhooks until it is stopped. You can run several
workers. A worker loads only imports whose uploaded files are in its own data folder, or in the bucket of SKUPORT_FILES; it does all
other work for every server of the database. \`skuport serve\` starts one worker itself.

  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
  --concurrency N   number of loaders, which need up to two database connections each (default: SKUPORT_WORKER_CONCURRENCY, or
                    one more than the CPU cores, from 2 to 4)
`,
  async run(args, io) {
    // Limits the growth of V8's heap between collections. Without this limit, a worker that loaded 500,000 rows and indexed them twice
    // peaked at 304 MB. At 20 percent, V8 collects eight times during an import of 500,000 rows and needs a tenth of the CPU time for
    // these collections. At 50 percent, V8 collects three times, and a worker that loads and indexes 5,000,000 rows peaks at 260 to 274
    // MB.
    setFlagsFromString("--heap-growing-percent=50");
    const { values } = readArgs({ args, options: { "data-dir": { type: "string" }, concurrency: { type: "string" } } });
    const config = await io.loadConfig({
      ...(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] }),
      ...(values.concurrency === undefined ? {} : { SKUPORT_WORKER_CONCURRENCY: values.concurrency }),
    });
    const log = createLog(config, NAME);
    logStrayErrors(log, "worker");
    const address = await findDatabase(config);
    if (address === undefined) {
      io.stderr.write(
        `No database: no server is running on the data folder ${config.data_dir}, and DATABASE_URL is not set. Start \`skuport serve\` first, or set DATABASE_URL.\n`,
      );
      return 1;
    }
    const signal = AbortSignal.any([io.signal, serverEnded()]);
    const pulse = startPulse();
    pulse.onBeat((beat) => {
      // Ignore errors: the channel may be closing.
      if (process.connected) process.send?.(beat, undefined, undefined, () => undefined);
    });
    try {
      await checkKeys(config, address, NAME);
      await workOn(config, address, { env: io.env, log, signal, pulse });
    } catch (error) {
      // A transient error: the database became unavailable while the worker started. Exit, so that the supervisor restarts the worker.
      if (!isTransient(error)) throw error;
      log.error({ err: error }, "lost the connection to the database; exiting");
      return 1;
    }
    return 0;
  },
};

/** Returns a signal that aborts when the server that has started this worker ends, for whatever reason. It has already aborted if the server
 * has ended while this worker was starting. The signal of a worker that no server has started never aborts. */
function serverEnded(): AbortSignal {
  const ended = new AbortController();
  process.on("disconnect", () => {
    ended.abort();
  });
  // In a process that was started without an IPC channel, `connected` is undefined.
  if ((process.connected as boolean | undefined) === false) ended.abort();
  return ended.signal;
}

/** Runs all parts of the worker until the signal aborts. */
async function workOn(
  config: Config,
  address: DatabaseAddress,
  options: { env: Io["env"]; log: Logger; signal: AbortSignal; pulse: Pulse },
): Promise<void> {
  const { log, signal, pulse } = options;
  // Each loader and each executor may hold one connection while it waits for a second one, and each of four scans may hold two connections
  // while it waits for a third one. The pool has more connections than all of them hold in this state, so they cannot deadlock.
  const pool = openPool(address, NAME, config.worker_concurrency * 2 + 12, log);
  lowerBackends(pool, address);
  const onError = (err: unknown): void => {
    log.warn({ err }, "lost the connection to the database; retrying");
  };
  const filesDir = join(config.data_dir, "files");
  const store = await openFileStore(pool, filesDir, { adopts: false, bucket: config.files_bucket });
  // Start deliveries first, so that this worker takes over the deliveries of a killed worker while its other parts start.
  const deliveries = deliverInThread({ config, address }, options);
  const boss = await startBoss(address, {
    application_name: NAME,
    store_id: store.id,
    works: true,
    onError,
    onJobs: pulse.report,
  });
  const listener = await listen(address, { application_name: NAME, onError });
  try {
    const limit = createLoaderLimit();
    throttleForLists(listener, limit);
    // The IPC channel to the server must not keep the worker alive after its work has ended.
    process.channel?.unref();
    const disk = createDiskReserve(config.data_dir, config.disk_reserve_bytes);
    const databaseDisk = config.database_url === undefined ? disk : undefined;
    const context = {
      pool,
      store,
      disk,
      database_disk: databaseDisk,
      concurrency: config.worker_concurrency,
      limit: limit.run,
      log,
    };
    await purgeHourly(boss, config, { pool, log, signal });
    await Promise.all([
      workOnImports(boss, { ...context, ...senders(boss, store.id) }, signal),
      workOnOperations(boss, { ...context, ...operationSenders(boss) }, signal),
      runIndexer({ pool, log, isBusy: async () => (await isImporting(pool)) || (await isOperating(pool)) }, signal),
      deliveries,
    ]);
  } finally {
    await listener.stop();
    await boss.stop({ graceful: false });
    await pool.end();
  }
}

/** Deletes old rows once an hour, in one of the workers. */
async function purgeHourly(
  boss: PgBoss,
  config: Config,
  { pool, log, signal }: { pool: pg.Pool; log: Logger; signal: AbortSignal },
): Promise<void> {
  await workHourly(boss, "purge-events", 17, async () => {
    const purged = await purgeEvents(pool, config.webhook_keep_days);
    if (purged > 0) log.info({ purged }, "purged old events");
  });
  await workHourly(boss, "purge-history", 27, async () => {
    if (config.history_keep_days === undefined) return;
    const purged = await purgeHistory(pool, config.history_keep_days, signal);
    if (purged > 0) log.info({ purged }, "purged old product versions");
  });
  await workHourly(boss, "purge-idempotency-keys", 37, async () => {
    const purged = await purgeKeys(pool);
    if (purged > 0) log.info({ purged }, "purged old idempotency keys");
  });
  await workHourly(boss, "purge-identity", 47, async () => {
    const purged = await purgeIdentity(pool, config.audit_keep_days);
    if (purged > 0) log.info({ purged }, "purged old entries of the audit log");
  });
}
