// Logs errors that no request or job has handled, in long-running processes.
import type { Logger } from "pino";

/**
 * After an unhandled rejection the process continues, because no other work depends on that promise. After an exception in a callback,
 * a `server` also continues, because it is the whole service and its state is in the database. A `worker` ends: a job may wait for
 * that callback for ever. Its supervisor restarts it, and the jobs are retried.
 */
export function logStrayErrors(log: Logger, processKind: "server" | "worker"): void {
  process.on("unhandledRejection", (err) => {
    log.error({ err }, "unhandled rejection; continuing");
  });
  process.on("uncaughtException", (err) => {
    if (processKind === "server") {
      log.error({ err }, "uncaught exception; continuing");
      return;
    }
    log.fatal({ err }, "uncaught exception; exiting");
    process.exit(1);
  });
}
