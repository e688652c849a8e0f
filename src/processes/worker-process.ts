// The server's own worker: a child process, so that the API stays quick while a file loads. It is started again when it dies,
// and ended first when it hangs: its main event loop sends a beat every few seconds.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { THROTTLE } from "../jobs/loader-limit.ts";
import { HEARTBEAT_LIMITS, watchHeartbeat, type Beat } from "./worker-heartbeat.ts";
import { lowerPriority } from "./lower-priority.ts";

const MAIN = join(import.meta.dirname, "../main.ts");
/** A worker that dies at once is started again after a pause that doubles from the first to the second of these. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A worker that lived this long has done well, and the pauses begin anew: it starts in one to two seconds. */
const DID_WELL_MS = 4000;
/** Not for every list a message */
const GIVE_WAY_AGAIN_MS = 500;
/** After a polite SIGTERM: a chunk takes well under a second. */
const STOP_MS = 10_000;

/** Bounds a leak: at this heap V8 ends the worker, before the machine runs out of memory. Three times the highest heap that was
 * measured: 44 MB while 5,000,000 rows were loaded, 65 MB while 500,000 were compared and indexed. Buffers come on top. */
const HEAP_FLAG = "--max-old-space-size=192";

export interface SupervisedWorker {
  stop(): Promise<void>;
  /** Has it load in fewer lanes for a while: somebody looks at lists. */
  throttle(): void;
}

/** Keeps one worker alive until `stop`, or until the signal; `env` is the environment of this process. */
export function superviseWorker(
  config: Config,
  env: NodeJS.ProcessEnv,
  log: Logger,
  signal: AbortSignal,
  limits = HEARTBEAT_LIMITS,
): SupervisedWorker {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let stopping = false;
  let gaveWay = -Infinity;

  const start = (): void => {
    const started = performance.now();
    // It finds the database through the data folder, as every other process does. The channel tells it when we are gone.
    child = fork(MAIN, ["work"], {
      env: { ...env, ...settingsOf(config) },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: [...process.execArgv, HEAP_FLAG],
    });
    let jobs: readonly string[] = [];
    const watch = watchHeartbeat(limits, () => {
      child?.kill("SIGKILL");
      log.error({ jobs }, "the worker stopped responding; ending it");
    });
    child.on("message", (beat: Beat) => {
      jobs = beat.jobs;
      watch.beat(beat);
    });
    // Before it starts threads of its own, which take its priority over
    if (child.pid !== undefined) lowerPriority(child.pid);
    child.on("exit", (code, killedBy) => {
      child = undefined;
      watch.stop();
      if (stopping || signal.aborted) return;
      if (performance.now() - started > DID_WELL_MS) pauseMs = FIRST_PAUSE_MS;
      log.warn({ code, killed_by: killedBy, pause_ms: pauseMs, jobs }, "the worker ended; starting it again");
      timer = setTimeout(start, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
  };

  start();
  return {
    throttle() {
      if (performance.now() - gaveWay < GIVE_WAY_AGAIN_MS) return;
      gaveWay = performance.now();
      // Of one that is just ending nothing is wanted.
      child?.send(THROTTLE, () => undefined);
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      if (child === undefined) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const kill = setTimeout(() => child?.kill("SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** What was said on the command line holds for the worker too. */
const settingsOf = (config: Config): Record<string, string> => ({
  SKUPORT_DATA_DIR: config.data_dir,
  SKUPORT_LOG_LEVEL: config.log_level,
  SKUPORT_WORKER_CONCURRENCY: String(config.worker_concurrency),
  ...(config.disk_reserve_bytes === undefined ? {} : { SKUPORT_DISK_RESERVE_BYTES: String(config.disk_reserve_bytes) }),
  ...(config.database_url === undefined ? {} : { DATABASE_URL: config.database_url }),
});
