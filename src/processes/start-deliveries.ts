// Runs the thread that delivers webhooks and restarts it when it ends. The thread and the worker's main thread watch each other's
// heartbeat, so that each detects if the other hangs. This also works if no server supervises the worker.
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Logger } from "pino";
import type { DeliveryThreadData, DeliveryThreadMessage } from "./delivery-thread.ts";
import { HEARTBEAT_LIMITS, watchHeartbeat, type Beat, type HeartbeatLimits, type Pulse } from "./worker-heartbeat.ts";

/** Pause before a thread that ended with an error is restarted. */
const PAUSE_MS = 1000;
/** Limit of V8's heap. A thread that exceeds it ends with an error and is restarted; the process continues. */
const HEAP_MB = 128;

export interface DeliveryOptions {
  env: NodeJS.ProcessEnv;
  log: Logger;
  signal: AbortSignal;
  /** Beats of the calling thread. The delivery thread watches them to detect that the calling thread is blocked. */
  pulse: Pulse;
  limits?: HeartbeatLimits;
}

/** Resolves after the signal, when the thread has finished the deliveries it was sending. */
export async function deliverInThread(
  data: Omit<DeliveryThreadData, "limits">,
  { env, log, signal, pulse, limits = HEARTBEAT_LIMITS }: DeliveryOptions,
): Promise<void> {
  while (!signal.aborted) {
    const thread = startThread({ ...data, limits }, env);
    const post = (message: DeliveryThreadMessage): void => {
      thread.postMessage(message);
    };
    thread.on("error", (err) => {
      log.error({ err }, "webhook delivery thread failed; restarting the thread");
    });
    const watch = watchHeartbeat(limits, (_, times) => {
      log.error({}, "webhook delivery thread stopped responding; restarting the thread");
      // `terminate` cannot end a thread that hangs in a system call. If the thread is still silent when this function is called again, kill
      // the process.
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
    // `once` of node:events would reject at the thread's error and end the worker.
    await new Promise((resolve) => thread.once("exit", resolve));
    signal.removeEventListener("abort", stop);
    stopBeats();
    watch.stop();
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function startThread(data: DeliveryThreadData, env: NodeJS.ProcessEnv): Worker {
  // A thread uses the cache of compiled code only if NODE_COMPILE_CACHE is set. Without the cache, the thread itself loads the compiler
  // that strips types, which takes about 20 MB of memory.
  const cache = getCompileCacheDir();
  return new Worker(new URL("delivery-thread.ts", import.meta.url), {
    workerData: data,
    env: cache === undefined ? env : { ...env, NODE_COMPILE_CACHE: dirname(cache) },
    // Bodies and rows are short-lived; V8's default young generation (three times 16 MB) would only enlarge the process.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: HEAP_MB },
  });
}
