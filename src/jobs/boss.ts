// pg-boss, set up: which queues there are, how their jobs are retried and noticed at once.
import { PgBoss, type ConstructorOptions } from "pg-boss";
import { bossConfig, type DatabaseAddress, type Queryable } from "../db/connection/connect.ts";

/** One job an import: scans its file and brings the lanes to work. */
export const IMPORT_QUEUE = "import";
/** One job a lane: a connection that loads chunks of an import until none is left. */
export const IMPORT_LOADER_QUEUE = "import-loader";

/** One job a lane: a connection that works on chunks of an operation until none is left. */
export const OPERATION_EXECUTOR_QUEUE = "operation-executor";

/** What a queue's jobs say. */
interface Jobs {
  [IMPORT_QUEUE]: { import_id: number };
  [IMPORT_LOADER_QUEUE]: { import_id: number };
  [OPERATION_EXECUTOR_QUEUE]: { operation_id: number };
}

/** A job may take as long as the largest file; that it is alive is told by its heartbeat instead. */
const EXPIRE_SECONDS = 86_400;
/** The least pg-boss takes. Only the backstop: a worker looks for silent imports by itself when it starts. */
const HEARTBEAT_SECONDS = 10;

/** How often jobs without a heartbeat are looked for. A worker that vanished leaves them active until then. */
const SUPERVISE_SECONDS = 15;

const QUEUE = {
  expireInSeconds: EXPIRE_SECONDS,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  retryLimit: 10,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  deleteAfterSeconds: 3600,
  // Wakes a worker at once; polling every two seconds would be most of a small import's time.
  notify: true,
};

export interface BossOptions {
  application_name: string;
  /** A worker also tends the queues; a server only sends. */
  works: boolean;
  onError: (error: Error) => void;
  /** Called with the jobs that this process is working on, each time they change. */
  onJobs?: (jobs: readonly string[]) => void;
}

/** Jobs that run in this process, to be named when it hangs or dies. */
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

/** A started pg-boss; `stop` ends it. */
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
    instanceName: options.application_name,
    instanceHeartbeatSeconds: 10,
  });
  // pg-boss hands on copies of errors, which are errors no more.
  boss.on("error", (copy) => options.onError(Object.assign(new Error(copy.message), copy)));
  if (options.onJobs !== undefined) runningJobs.set(boss, createRunningJobs(options.onJobs));
  await boss.start();
  await boss.createQueue(IMPORT_QUEUE, QUEUE);
  await boss.createQueue(IMPORT_LOADER_QUEUE, QUEUE);
  await boss.createQueue(OPERATION_EXECUTOR_QUEUE, QUEUE);
  return boss;
}

/** Sends jobs inside the caller's transaction. */
export async function sendJob<Queue extends keyof Jobs>(
  boss: PgBoss,
  db: Queryable,
  queue: Queue,
  job: Jobs[Queue],
  count = 1,
): Promise<void> {
  const executor = {
    executeSql: async (text: string, values?: unknown[]) => {
      const { rows } = await db.query<Record<string, unknown>>(text, values);
      return { rows };
    },
  };
  for (let i = 0; i < count; i++) await boss.send(queue, job, { db: executor });
}

/** pg-boss wakes a worker at once; this is for the case that its listening connection was lost. */
const POLL_SECONDS = 2;

/** Has `concurrency` workers of this process take the queue's jobs. */
export async function workQueue<Queue extends keyof Jobs>(
  boss: PgBoss,
  queue: Queue,
  concurrency: number,
  work: (job: Jobs[Queue]) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < concurrency; i++) {
    const id = await boss.work<Jobs[Queue]>(
      queue,
      { pollingIntervalSeconds: POLL_SECONDS, notifyPollingIntervalSeconds: POLL_SECONDS },
      async ([job]) => {
        if (job !== undefined) await runJob(boss, `${queue} ${Object.values(job.data).join()}`, () => work(job.data));
        // One notification wakes every worker for one job each. Where more wait, the next must not wait for the poll:
        // an import's lanes came two seconds late when some of the last import's were still queued.
        boss.notifyWorker(id);
      },
    );
  }
}

/** Has one worker of all do `work` every hour, from now on. */
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

/** An instance that has not been heard of for three of its heartbeats is gone. */
const WORKER_SEEN_SECONDS = 30;

/** Worker processes that are alive, as pg-boss's registry knows them. */
export async function countWorkers(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ workers: number }>(
    "select count(*)::int as workers from pgboss.instance where stopped_on is null and heartbeat_on > now() - make_interval(secs => $1)",
    [WORKER_SEEN_SECONDS],
  );
  return rows[0]?.workers ?? 0;
}

/** Jobs that wait, by queue. */
export async function countQueued(db: Queryable): Promise<{ queue: string; jobs: number }[]> {
  const { rows } = await db.query<{ queue: string; jobs: number }>(
    "select name as queue, count(*)::int as jobs from pgboss.job where state in ('created', 'retry') group by name",
  );
  return rows;
}
