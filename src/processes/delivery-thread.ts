// The thread of a worker that delivers webhooks. Loaders block the worker's main event loop for up to 100 ms at a time, and
// events should be delivered within a second. Started by start-deliveries.ts.
import { parentPort, workerData } from "node:worker_threads";
import type { Config } from "../config.ts";
import type { DatabaseAddress } from "../db/connection/connect.ts";
import { deliverWebhooks } from "../webhooks/deliver/worker.ts";
import { startPulse, watchHeartbeat, type Beat, type HeartbeatLimits } from "./worker-heartbeat.ts";
import { createLog } from "./log.ts";
import { openPool } from "./open-database.ts";
import { webhookContext } from "./webhook-context.ts";

const NAME = "skuport webhooks";
const CONNECTIONS = 8;

export interface DeliveryThreadData {
  config: Config;
  address: DatabaseAddress;
  limits: HeartbeatLimits;
}

export type DeliveryThreadMessage = "stop" | Beat;

const { config, address, limits } = workerData as DeliveryThreadData;
const stop = new AbortController();
const log = createLog(config, NAME);
const watch = watchHeartbeat(limits, (jobs) => {
  log.error({ jobs }, "worker stopped responding; ending the worker");
  process.kill(process.pid, "SIGKILL");
});
parentPort?.on("message", (message: DeliveryThreadMessage) => {
  if (message === "stop") stop.abort();
  else watch.beat(message);
});
startPulse().onBeat((beat) => parentPort?.postMessage(beat));
const pool = openPool(address, NAME, CONNECTIONS, log);
try {
  await deliverWebhooks({ pool, log, ...webhookContext(config) }, address, stop.signal);
} finally {
  await pool.end();
  // The port to the parent thread would keep this thread alive.
  parentPort?.unref();
}
