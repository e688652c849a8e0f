// Keeps the thread that delivers webhooks alive, for as long as the worker itself. The thread and the worker's main loop watch
// each other's heartbeat, so that neither hangs unnoticed, also in a worker that no server started.
import { once } from "node:events";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Logger } from "pino";
import type { DeliveryThreadData, DeliveryThreadMessage } from "./delivery-thread.ts";
import { HEARTBEAT_LIMITS, watchHeartbeat, type Beat, type Pulse } from "./worker-heartbeat.ts";

/** A thread that ends by an error is started again after so long. */
const PAUSE_MS = 1000;
/** V8's heap. A thread that needs more ends by an error and is started again; the process lives on. */
const HEAP_MB = 128;

/** Resolves after the signal, once the thread has sent what was under way. */
export async function deliverInThread(
  data: Omit<DeliveryThreadData, "limits">,
  env: NodeJS.ProcessEnv,
  log: Logger,
  signal: AbortSignal,
  pulse: Pulse,
  limits = HEARTBEAT_LIMITS,
): Promise<void> {
  while (!signal.aborted) {
    const thread = startThread({ ...data, limits }, env);
    const post = (message: DeliveryThreadMessage): void => {
      thread.postMessage(message);
    };
    thread.on("error", (err) => {
      log.error({ err }, "the delivery of webhooks stopped; starting it again");
    });
    const watch = watchHeartbeat(limits, (_, times) => {
      log.error({}, "the delivery of webhooks stopped responding; starting it again");
      // A thread that is stuck inside the system, not in JavaScript, cannot be terminated.
      if (times > 1) process.kill(process.pid, "SIGKILL");
      void thread.terminate();
    });
    thread.on("message", (beat: Beat) => {
      watch.beat(beat);
    });
    const stopBeats = pulse.onBeat(post);
    const stop = (): void => {
      post("stop");
    };
    signal.addEventListener("abort", stop, { once: true });
    await once(thread, "exit");
    signal.removeEventListener("abort", stop);
    stopBeats();
    watch.stop();
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function startThread(data: DeliveryThreadData, env: NodeJS.ProcessEnv): Worker {
  // A thread has no part in the process's cache of compiled code unless told so: without it, it brings the compiler that
  // strips types a second time, some 20 MB of memory.
  const cache = getCompileCacheDir();
  return new Worker(new URL("delivery-thread.ts", import.meta.url), {
    workerData: data,
    env: cache === undefined ? env : { ...env, NODE_COMPILE_CACHE: dirname(cache) },
    // Bodies and rows die young; V8's default of three times 16 MB only grows the process
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: HEAP_MB },
  });
}
