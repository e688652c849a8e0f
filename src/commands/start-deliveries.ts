// Keeps the thread that delivers webhooks alive, for as long as the worker itself.
import { once } from "node:events";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Logger } from "pino";
import type { Io } from "./command.ts";
import type { DeliveryThreadData } from "./delivery-thread.ts";

/** A thread that ends by an error is started again after so long. */
const PAUSE_MS = 1000;

/** Resolves after the signal, once the thread has sent what was under way. */
export async function deliverInThread(
  data: DeliveryThreadData,
  env: Io["env"],
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  // A thread has no part in the process's cache of compiled code unless told so: without it, it brings the compiler that
  // strips types a second time, some 20 MB of memory.
  const cache = getCompileCacheDir();
  while (!signal.aborted) {
    const thread = new Worker(new URL("delivery-thread.ts", import.meta.url), {
      workerData: data,
      env: cache === undefined ? env : { ...env, NODE_COMPILE_CACHE: dirname(cache) },
      // Bodies and rows die young; V8's default of three times 16 MB only grows the process
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    thread.on("error", (err) => {
      log.error({ err }, "the delivery of webhooks stopped; starting it again");
    });
    const stop = (): void => {
      thread.postMessage("stop");
    };
    signal.addEventListener("abort", stop, { once: true });
    await once(thread, "exit");
    signal.removeEventListener("abort", stop);
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
