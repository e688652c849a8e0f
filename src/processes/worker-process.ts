// Supervises the server's worker, a child process, so that the API stays responsive while a file loads. Restarts the worker when it dies,
// and kills it first if its heartbeat stops.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { HEARTBEAT_LIMITS, watchHeartbeat, type Beat } from "./worker-heartbeat.ts";
import { lowerPriority } from "./lower-priority.ts";

const MAIN = join(import.meta.dirname, "../main.ts");
/** The first pause before a restart. Each time a worker dies within STABLE_MS of its start, the pause doubles. */
const FIRST_PAUSE_MS = 100;
/** The longest pause before a restart. */
const LONGEST_PAUSE_MS = 10_000;
/** If a worker has run for this long, the pause before its restart is FIRST_PAUSE_MS again. A worker needs one to two seconds to start. */
const STABLE_MS = 4000;
/** Time between SIGTERM and SIGKILL. A chunk takes well under a second. */
const STOP_MS = 10_000;

/** Limits a memory leak: at this heap size V8 ends the worker, before the machine runs out of memory. The limit is three times the largest
 * measured heap: 44 MB while 5,000,000 rows were loaded, 65 MB while 500,000 were compared and indexed. Buffers are not included. */
const HEAP_FLAG = "--max-old-space-size=192";

/** Settings of the C library's allocator (mallopt(3)), which other systems than Linux with glibc ignore. Buffers of at least 256 kB always
 * get memory of their own, which returns to the system when they are freed. By default, glibc raises this limit to 32 MB, and freed buffers
 * leave gaps between others. With two arenas, threads leave fewer gaps too. Together this saves 30 to 50 MB of 250 to 340. */
const ALLOCATOR = { MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "262144", MALLOC_TRIM_THRESHOLD_: "1048576" };

export interface SupervisedWorker {
  stop(): Promise<void>;
}

/** Keeps one worker running until `stop` is called. Once `signal` has aborted, a worker that ends is not restarted.
 * @param env the environment of this process */
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

  const start = (): void => {
    const started = performance.now();
    // The worker finds the database through the data folder, as every process does. When this process ends, the IPC channel closes, and the
    // worker stops.
    child = fork(MAIN, ["work"], {
      env: { ...ALLOCATOR, ...env, ...settingsOf(config) },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: [...process.execArgv, HEAP_FLAG],
    });
    let jobs: readonly string[] = [];
    const watch = watchHeartbeat(limits, () => {
      child?.kill("SIGKILL");
      log.error({ jobs }, "worker stopped responding; ending the worker");
    });
    child.on("message", (beat: Beat) => {
      jobs = beat.jobs;
      watch.beat(beat);
    });
    // Lower the priority before the worker starts threads, so that the threads inherit the lower priority.
    if (child.pid !== undefined) lowerPriority(child.pid);
    child.on("exit", (code, killedBy) => {
      child = undefined;
      watch.stop();
      if (stopping || signal.aborted) return;
      if (performance.now() - started > STABLE_MS) pauseMs = FIRST_PAUSE_MS;
      log.warn({ code, killed_by: killedBy, pause_ms: pauseMs, jobs }, "worker ended; restarting");
      timer = setTimeout(start, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
  };

  start();
  return {
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

/** Passes settings from the command line to the worker. */
export const settingsOf = (config: Config): Record<string, string> => ({
  SKUPORT_DATA_DIR: config.data_dir,
  SKUPORT_LOG_LEVEL: config.log_level,
  SKUPORT_WORKER_CONCURRENCY: String(config.worker_concurrency),
  ...(config.disk_reserve_bytes === undefined ? {} : { SKUPORT_DISK_RESERVE_BYTES: String(config.disk_reserve_bytes) }),
  // If the server was configured with DATABASE_URL_FILE, it has read that file already. The worker gets the URL, and an empty
  // DATABASE_URL_FILE, which counts as not set.
  ...(config.database_url === undefined ? {} : { DATABASE_URL: config.database_url, DATABASE_URL_FILE: "" }),
});
