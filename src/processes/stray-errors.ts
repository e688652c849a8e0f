// Errors that no request or job has handled, in processes that are meant to stay: they are logged with their cause.
import type { Logger } from "pino";

/**
 * A rejected promise that nobody awaits concerns no other work: the process continues. After an exception thrown from a callback,
 * a `server` continues too, because it is the whole service and its state is in the database. A `worker` ends: a job may wait for
 * ever for that callback, and whoever keeps the worker starts it again, with its jobs.
 */
export function logStrayErrors(log: Logger, processKind: "server" | "worker"): void {
  process.on("unhandledRejection", (err) => {
    log.error({ err }, "a promise was rejected and nothing handled it; continuing");
  });
  process.on("uncaughtException", (err) => {
    if (processKind === "server") {
      log.error({ err }, "an error was thrown and nothing handled it; continuing");
      return;
    }
    log.fatal({ err }, "an error was thrown and nothing handled it; ending");
    process.exit(1);
  });
}
