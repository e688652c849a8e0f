// skuport work: a worker process. Several may work on one database, also on one file.
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Logger } from "pino";
import { runIndexer } from "../catalog/search/indexer/worker.ts";
import { isImporting } from "../imports/is-importing.ts";
import { senders, workOnImports } from "../imports/worker.ts";
import type { Config } from "../config.ts";
import { isTransient, type DatabaseAddress } from "../db/connection/connect.ts";
import { createDiskReserve } from "../db/data-dir/disk-reserve.ts";
import { purgeKeys } from "../http/idempotency/store.ts";
import { purgeEvents } from "../events/read.ts";
import { startBoss, workHourly } from "../jobs/boss.ts";
import { createLoaderLimit, THROTTLE } from "../jobs/loader-limit.ts";
import { isOperating } from "../operations/is-operating.ts";
import { purgeHistory } from "../operations/purge-history.ts";
import { operationSenders, workOnOperations } from "../operations/worker.ts";
import { readArgs, type Command, type Io } from "./command.ts";
import { startPulse, type Pulse } from "../processes/worker-heartbeat.ts";
import { createLog } from "../processes/log.ts";
import { lowerBackends } from "../processes/lower-priority.ts";
import { findDatabase, openPool } from "../processes/open-database.ts";
import { deliverInThread } from "../processes/start-deliveries.ts";
import { logStrayErrors } from "../processes/stray-errors.ts";
import { webhookContext } from "../processes/webhook-context.ts";

const NAME = "skuport work";

export const work: Command = {
  name: "work",
  summary: "Run a worker that loads imports and delivers webhooks",
  help: `Usage: skuport work [options]

Loads imports, changes products in bulk, keeps the search index and delivers webhooks until it is stopped. Any number of
workers may run, on one machine or on several that share the data folder. \`skuport serve\` starts one by itself.

  --data-dir DIR    folder of uploads (SKUPORT_DATA_DIR; ./data)
  --concurrency N   connections that load at the same time (SKUPORT_WORKER_CONCURRENCY)
`,
  async run(args, io) {
    // An import and the search index make garbage that V8 would let grow: without a bound a worker that loaded 500,000 rows
    // and indexed them twice peaked at 304 MB. At 20 an import of 500,000 rows collects eight times, a tenth of its processor
    // time, at 50 three times; 5,000,000 rows, loaded and indexed, then peak at 260 to 274 MB.
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
        `No database: DATABASE_URL is not set, and no server holds ${config.data_dir}. Start \`skuport serve\` first, or set DATABASE_URL.\n`,
      );
      return 1;
    }
    await webhookContext(config).loadKeys();
    // A server's child ends with the server, however that ends.
    const orphaned = new AbortController();
    process.on("disconnect", () => {
      orphaned.abort();
    });
    const signal = AbortSignal.any([io.signal, orphaned.signal]);
    const pulse = startPulse();
    pulse.onBeat((beat) => {
      // A channel that is just closing loses a beat; the signal above has the rest.
      if (process.connected) process.send?.(beat, undefined, undefined, () => undefined);
    });
    try {
      await workOn(config, address, io.env, log, signal, pulse);
    } catch (error) {
      // While it starts it waits for no database; whoever started it starts it again.
      if (!isTransient(error)) throw error;
      log.error({ err: error }, "lost the database; ending");
      return 1;
    }
    return 0;
  },
};

/** Until the signal. */
async function workOn(
  config: Config,
  address: DatabaseAddress,
  env: Io["env"],
  log: Logger,
  signal: AbortSignal,
  pulse: Pulse,
): Promise<void> {
  // Loaders of imports and operations and four scans may each hold a connection and need another one to continue: with one more than
  // they hold, they cannot wait for each other.
  const pool = openPool(address, NAME, config.worker_concurrency * 2 + 8, log);
  lowerBackends(pool, address);
  const onError = (err: Error): void => {
    log.warn({ err }, "lost the database for a moment");
  };
  // First of all: what a killed worker had under way is taken over while the rest still starts
  const deliveries = deliverInThread({ config, address }, env, log, signal, pulse);
  const boss = await startBoss(address, { application_name: NAME, works: true, onError, onJobs: pulse.report });
  const filesDir = join(config.data_dir, "files");
  try {
    const limit = createLoaderLimit();
    process.on("message", (message) => {
      if (message === THROTTLE) limit.throttle();
    });
    // Listening keeps no worker alive whose work has ended.
    process.channel?.unref();
    const disk = createDiskReserve(config.data_dir, config.disk_reserve_bytes);
    const databaseDisk = config.database_url === undefined ? disk : undefined;
    const context = {
      pool,
      files_dir: filesDir,
      disk,
      database_disk: databaseDisk,
      concurrency: config.worker_concurrency,
      limit: limit.run,
      log,
    };
    await workHourly(boss, "purge-events", 17, async () => {
      const purged = await purgeEvents(pool, config.webhook_keep_days);
      if (purged > 0) log.info({ purged }, "old events purged");
    });
    await workHourly(boss, "purge-history", 27, async () => {
      if (config.history_keep_days === undefined) return;
      const purged = await purgeHistory(pool, config.history_keep_days, signal);
      if (purged > 0) log.info({ purged }, "old versions of products purged");
    });
    await workHourly(boss, "purge-idempotency-keys", 37, async () => {
      const purged = await purgeKeys(pool);
      if (purged > 0) log.info({ purged }, "old idempotency keys purged");
    });
    await Promise.all([
      workOnImports(boss, { ...context, ...senders(boss) }, signal),
      workOnOperations(boss, { ...context, ...operationSenders(boss) }, signal),
      runIndexer({ pool, log, isBusy: async () => (await isImporting(pool)) || (await isOperating(pool)) }, signal),
      deliveries,
    ]);
  } finally {
    await boss.stop({ graceful: false });
    await pool.end();
  }
}
