// skuport serve: serves the API and the page. By default also starts the embedded PostgreSQL and a worker process.
import { once } from "node:events";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { createDiskReserve } from "../db/data-dir/disk-reserve.ts";
import { listen } from "../events/listen.ts";
import { buildApp } from "../http/app.ts";
import { certificateOf, type Certificate } from "../http/network/certificate.ts";
import { openListeners, type Listeners } from "../http/network/listeners.ts";
import { networkOf, publicOrigin } from "../http/network/network.ts";
import { openFileStore } from "../imports/file-stores/open-store.ts";
import { listStores } from "../imports/file-stores/store.ts";
import { senders } from "../imports/worker.ts";
import { countQueued, countWorkers, startBoss } from "../jobs/boss.ts";
import { operationSenders } from "../operations/worker.ts";
import { readArgs, type Command, type Io } from "./command.ts";
import type { LocalKey } from "../identity/keys/local-key.ts";
import { announceFirstSignIn, prepareSignIn } from "../processes/first-sign-in.ts";
import { checkKeys } from "../processes/fleet/check-keys.ts";
import { createListAnnouncer } from "../processes/fleet/list-throttle.ts";
import { createLog } from "../processes/log.ts";
import { holdDatabase, openPool, type OpenDatabase } from "../processes/open-database.ts";
import { superviseWorker, type SupervisedWorker } from "../processes/worker-process.ts";
import { logStrayErrors } from "../processes/stray-errors.ts";
import { webhookContext } from "../processes/webhook-context.ts";

const NAME = "skuport serve";

export const serve: Command = {
  name: "serve",
  summary: "Serve the page and the API",
  help: `Usage: skuport serve [options]

Serves the page and the API, and starts a worker. Starts the embedded PostgreSQL unless DATABASE_URL is set.

  --port PORT       port to listen on (default: SKUPORT_PORT, or 8000, or the next free port)
  --host HOST       address to listen on (default: SKUPORT_HOST, or 127.0.0.1)
  --data-dir DIR    data folder, for uploads and the database (default: SKUPORT_DATA_DIR, or ./data)
  --no-worker       do not start a worker; start one yourself with \`skuport work\`

The file .env.example describes all settings.
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      allowNegative: true,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        "data-dir": { type: "string" },
        worker: { type: "boolean" },
      },
    });
    const config = await io.loadConfig({
      ...(values.port === undefined ? {} : { SKUPORT_PORT: values.port }),
      ...(values.host === undefined ? {} : { SKUPORT_HOST: values.host }),
      ...(values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] }),
      ...(values.worker === undefined ? {} : { SKUPORT_SERVE_WORKER: String(values.worker) }),
    });
    const log = createLog(config, NAME);
    logStrayErrors(log, "server");
    // Reads the files now, so that a damaged certificate prevents the start.
    const certificate = await certificateOf(config, log);
    const database = await holdDatabase(config, NAME, log);
    try {
      // Refuse to start if the key file is damaged, or if the database was encrypted with another key. Otherwise, the deliveries of all
      // webhooks would fail.
      await checkKeys(config, database.address, NAME);
      return await serveOn({ config, database, certificate, log }, io);
    } finally {
      await database.close();
    }
  },
};

/** Waits until the server must stop.
 * @returns true if it must stop because PostgreSQL cannot be restarted */
async function untilStopped(embedded: OpenDatabase["embedded"], signal: AbortSignal, log: Logger): Promise<boolean> {
  const databaseGone = embedded?.exited.then((error) => error) ?? new Promise<undefined>(() => undefined);
  const stopped = signal.aborted ? Promise.resolve() : once(signal, "abort");
  const ended = await Promise.race([stopped.then(() => undefined), databaseGone]);
  if (!(ended instanceof Error)) return false;
  log.error({ err: ended }, "PostgreSQL could not be restarted; exiting");
  return true;
}

interface Resources {
  config: Config;
  database: OpenDatabase;
  certificate: Certificate | undefined;
  log: Logger;
}

async function serveOn(
  { config, database, certificate, log }: Resources,
  io: Pick<Io, "env" | "signal" | "stdout">,
): Promise<number> {
  const { address, embedded, data_dir } = database;
  const pool = openPool(address, NAME, config.database_connections, log);
  const onError = (err: unknown): void => {
    log.warn({ err }, "lost the connection to the database; retrying");
  };
  const filesDir = join(data_dir?.path ?? config.data_dir, "files");
  const store = await openFileStore(pool, filesDir, { adopts: true, bucket: config.files_bucket });
  const boss = await startBoss(address, { application_name: NAME, store_id: store.id, works: false, onError });
  const listener = await listen(address, { application_name: NAME, onError });
  let worker: SupervisedWorker | undefined;
  const app = await buildApp({
    pool,
    onList: createListAnnouncer(pool),
    listener,
    logger: log,
    store,
    concurrency: config.worker_concurrency,
    isDiskFull: () => embedded?.is_disk_full ?? false,
    disk: createDiskReserve(config.data_dir, config.disk_reserve_bytes),
    max_upload_bytes: config.max_upload_bytes,
    countWorkers: () => countWorkers(pool),
    listStores: () => listStores(pool, store.id),
    needs_worker: config.serve_worker,
    countQueued: () => countQueued(pool),
    ...senders(boss, store.id),
    webhooks: webhookContext(config),
    sign_in: { password_sign_in: config.password_sign_in, single_sign_on: config.single_sign_on, mail: config.mail },
    ...operationSenders(boss),
    network: networkOf(config),
    certificate,
  });
  let failed = false;
  let listeners: Listeners | undefined;
  let localKey: LocalKey | undefined;
  try {
    localKey = await prepareSignIn(pool, data_dir?.path ?? config.data_dir, log);
    listeners = await openListeners(app, config);
    const { url, local_url } = listeners;
    await data_dir?.publish({ url: local_url, connection: address });
    worker = config.serve_worker ? superviseWorker(config, io.env, log, io.signal) : undefined;
    log.info({ url }, `Skuport is ready: ${url}`);
    const { password_sign_in } = config;
    await announceFirstSignIn(pool, publicOrigin(config, url), { stdout: io.stdout, log, password_sign_in });
    failed = await untilStopped(embedded, io.signal, log);
    await worker?.stop();
  } finally {
    await app.close();
    await listeners?.close();
    await listener.stop();
    await localKey?.remove();
    await boss.stop({ graceful: false });
    await pool.end();
  }
  return failed ? 1 : 0;
}
