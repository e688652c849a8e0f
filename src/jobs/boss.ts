// Sets up pg-boss: the queues, the retries of their jobs, and the notifications that wake workers.
import { PgBoss, type ConstructorOptions } from "pg-boss";
import { bossConfig, type DatabaseAddress, type Queryable } from "../db/connection/connect.ts";

/** One job per import: scans its file, then queues its loaders. Each file store has its own queue (`queueOf`). */
export const IMPORT_QUEUE = "import";
/** One job per loader: a connection that loads chunks of an import until none is left. Each file store has its own queue. */
export const IMPORT_LOADER_QUEUE = "import-loader";

/** One job per executor: a connection that processes chunks of an operation until none is left. */
export const OPERATION_EXECUTOR_QUEUE = "operation-executor";

/** The data of each queue's jobs. */
interface Jobs {
  [IMPORT_QUEUE]: { import_id: number };
  [IMPORT_LOADER_QUEUE]: { import_id: number };
  [OPERATION_EXECUTOR_QUEUE]: { operation_id: number };
}

/** The kinds of queues that exist once for each file store, so that a worker fetches only jobs whose files it can read. */
const STORE_QUEUES = [IMPORT_QUEUE, IMPORT_LOADER_QUEUE] as const;
type StoreQueue = (typeof STORE_QUEUES)[number];

/** A queue: its kind and, if each file store has its own queue of this kind, the id of the store. */
export type Queue<Kind extends keyof Jobs> = Kind extends StoreQueue
  ? { kind: Kind; store_id: string }
  : { kind: Kind };

const nameOf = (queue: { kind: string; store_id?: string }): string =>
  queue.store_id === undefined ? queue.kind : `${queue.kind}/${queue.store_id}`;

/** Time limit of a job, long enough for the largest file. Dead jobs are detected by the heartbeat, not by this limit. */
const EXPIRE_SECONDS = 86_400;
/** The shortest heartbeat that pg-boss permits. It is only a fallback: workers themselves take over the work of a dead process
 * (worker-loop.ts). */
const HEARTBEAT_SECONDS = 10;

/** How often pg-boss searches for jobs without a heartbeat. Jobs of a vanished worker stay active until the next search. */
const SUPERVISE_SECONDS = 15;

const QUEUE = {
  expireInSeconds: EXPIRE_SECONDS,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  retryLimit: 10,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  deleteAfterSeconds: 3600,
  // Notifications wake a worker immediately. With polling every two seconds, a small import would spend most of its time waiting.
  notify: true,
};

export interface BossOptions {
  application_name: string;
  /** The file store that this process has opened. */
  store_id: string;
  /** True in a worker, which also maintains the queues; a server only sends jobs. */
  works: boolean;
  onError: (error: Error) => void;
  /** Called with the names of the running jobs each time they change. */
  onJobs?: (jobs: readonly string[]) => void;
}

/** Jobs that run in this process, so that the log can name them when the process hangs or dies. */
interface RunningJobs {
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

const runningJobs = new WeakMap<PgBoss, RunningJobs>();

function createRunningJobs(onJobs: (jobs: readonly string[]) => void): RunningJobs {
  const counts = new Map<string, number>();
  const add = (name: string, change: number): void => {
    const count = (counts.get(name) ?? 0) + change;
    if (count === 0) counts.delete(name);
    else counts.set(name, count);
    onJobs([...counts.keys()]);
  };
  return {
    async run(name, work) {
      add(name, 1);
      try {
        return await work();
      } finally {
        add(name, -1);
      }
    },
  };
}

/** Starts pg-boss and creates the queues. The caller calls `stop`. */
export async function startBoss(address: DatabaseAddress, options: BossOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    ...(bossConfig(address, options.application_name) as ConstructorOptions),
    max: options.works ? 4 : 2,
    useListenNotify: options.works,
    supervise: options.works,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    schedule: options.works,
    registerInstance: options.works,
    // `countWorkersByStore` reads the id from the name.
    instanceName: `${options.application_name} ${options.store_id}`,
    instanceHeartbeatSeconds: 10,
  });
  // pg-boss emits plain copies of errors, which are not instances of Error.
  boss.on("error", (copy) => options.onError(Object.assign(new Error(copy.message), copy)));
  if (options.onJobs !== undefined) runningJobs.set(boss, createRunningJobs(options.onJobs));
  await boss.start();
  for (const kind of STORE_QUEUES) await boss.createQueue(nameOf({ kind, store_id: options.store_id }), QUEUE);
  await boss.createQueue(OPERATION_EXECUTOR_QUEUE, QUEUE);
  return boss;
}

/** Sends jobs inside the caller's transaction. */
export async function sendJob<Kind extends keyof Jobs>(
  boss: PgBoss,
  db: Queryable,
  queue: Queue<Kind>,
  job: Jobs[Kind],
  count = 1,
): Promise<void> {
  const executor = {
    executeSql: async (text: string, values?: unknown[]) => {
      const { rows } = await db.query<Record<string, unknown>>(text, values);
      return { rows };
    },
  };
  for (let i = 0; i < count; i++) await boss.send(nameOf(queue), job, { db: executor });
}

/** Polling interval. Polling is a fallback while the LISTEN connection of pg-boss is lost; otherwise pg-boss wakes a worker immediately. */
const POLL_SECONDS = 2;

/** Processes the queue's jobs, up to `concurrency` at a time. */
export async function workQueue<Kind extends keyof Jobs>(
  boss: PgBoss,
  queue: Queue<Kind>,
  concurrency: number,
  work: (job: Jobs[Kind]) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < concurrency; i++) {
    const id = await boss.work<Jobs[Kind]>(
      nameOf(queue),
      { pollingIntervalSeconds: POLL_SECONDS, notifyPollingIntervalSeconds: POLL_SECONDS },
      async ([job]) => {
        if (job !== undefined)
          await runJob(boss, `${queue.kind} ${Object.values(job.data).join()}`, () => work(job.data));
        // A notification makes each worker fetch only one job. Make this worker fetch the next one without waiting for the poll:
        // otherwise the loaders of an import started two seconds late if jobs of the previous import were still queued.
        boss.notifyWorker(id);
      },
    );
  }
}

/** Runs `work` once an hour, at this minute, in only one of the worker processes. */
export async function workHourly(
  boss: PgBoss,
  queue: string,
  minute: number,
  work: () => Promise<void>,
): Promise<void> {
  await boss.createQueue(queue, { ...QUEUE, retryLimit: 0, notify: false });
  await boss.schedule(queue, `${minute} * * * *`);
  await boss.work(queue, { pollingIntervalSeconds: 60 }, () => runJob(boss, queue, work));
}

const runJob = (boss: PgBoss, name: string, work: () => Promise<void>): Promise<void> =>
  runningJobs.get(boss)?.run(name, work) ?? work();

/** A worker process counts as gone after three missed heartbeats of 10 s. */
const WORKER_SEEN_SECONDS = 30;

/** Counts the live worker processes in the registry of pg-boss by the id of their file store. */
export async function countWorkersByStore(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ store_id: string; workers: number }>(
    `select substring(name from '[^ ]*$') as store_id, count(*)::int as workers from pgboss.instance
     where stopped_on is null and heartbeat_on > now() - make_interval(secs => $1::int) group by 1`,
    [WORKER_SEEN_SECONDS],
  );
  return new Map(rows.map(({ store_id, workers }) => [store_id, workers]));
}

/** Counts the live worker processes. */
export async function countWorkers(db: Queryable): Promise<number> {
  return [...(await countWorkersByStore(db)).values()].reduce((sum, workers) => sum + workers, 0);
}

/** Counts queued jobs by kind of queue. */
export async function countQueued(db: Queryable): Promise<{ queue: string; jobs: number }[]> {
  const { rows } = await db.query<{ queue: string; jobs: number }>(
    `select split_part(name, '/', 1) as queue, count(*)::int as jobs from pgboss.job
     where state in ('created', 'retry') group by 1`,
  );
  return rows;
}
