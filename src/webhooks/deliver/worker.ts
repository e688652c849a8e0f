// Delivers webhooks in a worker process: fans out events, sends deliveries, splits batches, runs replays and purges. All state
// is in the database, so any number of workers can share the work and continue after a crash of one of them.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { lockKeys } from "../../db/advisory-locks.ts";
import { connectClient, isTransient, retryTransient, type DatabaseAddress } from "../../db/connection/connect.ts";
import { EVENT_CHANNEL, WEBHOOK_CHANNEL } from "../../events/channels.ts";
import { listen } from "../../events/listen.ts";
import type { WebhookContext } from "../context.ts";
import { splitNextEvent } from "./split-batches.ts";
import { createSender, type Sender } from "./sender.ts";
import { listDueWebhooks, releaseOfDead, renewLeases } from "./store.ts";
import { readEventPrefix } from "../event-id.ts";
import { fanOut } from "./fan-out.ts";
import { purgeDeliveries } from "../log/purge.ts";
import { stepReplays } from "../log/replay.ts";
import type { Worker } from "./sender-state.ts";

const NAME = "skuport webhooks";
/** Interval of the fan-out. A notification about new events starts the fan-out immediately; the interval is for retries and lost
 * notifications. */
const FAN_OUT_MS = 1000;
const DUE_MS = 500;
const HEARTBEAT_MS = 1000;
const REPLAY_MS = 500;
const SPLIT_MS = 2000;
const PURGE_MS = 600_000;
/** Interval at which leases are renewed; a third of the duration of a lease. */
const RENEW_MS = 25_000;
/** Time within which running requests may end when the worker stops. The server waits 10 s for its worker. */
const DRAIN_MS = 7000;

/** Delivers webhooks until the signal aborts, then waits for running requests. */
export async function deliverWebhooks(
  context: WebhookContext,
  address: DatabaseAddress,
  signal: AbortSignal,
): Promise<void> {
  const { pool, log } = context;
  const onError = (err: unknown): void => {
    log.warn({ err }, "lost the connection to the database; retrying");
  };
  const stop = new AbortController();
  const id = await retryTransient(() => nextWorkerId(pool));
  const lock = await holdLock(address, id, onError);
  const worker: Worker = {
    context,
    id,
    alive: 1,
    senders: 0,
    event_prefix: await readEventPrefix(pool),
    keys: await context.loadKeys(),
    stop: stop.signal,
  };
  const senders = createSenders(worker);
  const listener = await listen(address, { application_name: NAME, onError });
  const loops = startLoops(worker, senders, signal);
  listener.subscribe(EVENT_CHANNEL, () => {
    loops.fan_out.wake();
  });
  listener.subscribe(WEBHOOK_CHANNEL, (payload) => {
    if (payload !== null) senders.wake(Number(payload));
    loops.replays.wake();
    loops.due.wake();
  });
  if (!signal.aborted) await once(signal, "abort");
  const drained = setTimeout(() => {
    stop.abort();
  }, DRAIN_MS);
  // A loop may still be waiting for the database. Stop the senders without waiting for the loops, so that no sender begins another
  // request.
  await Promise.all([senders.drain(), loops.ended]);
  clearTimeout(drained);
  await listener.stop();
  await lock.release();
}

interface Senders {
  wake(webhookId: number): void;
  claimedIds(): number[];
  /** Drains all senders. From now on, `wake` does nothing. */
  drain(): Promise<void>;
}

function createSenders(worker: Worker): Senders {
  const senders = new Map<number, Sender>();
  let draining = false;
  return {
    wake(webhookId) {
      if (draining) return;
      let sender = senders.get(webhookId);
      if (sender === undefined) {
        sender = createSender(worker, webhookId, () => {
          senders.delete(webhookId);
          worker.senders = senders.size;
        });
        senders.set(webhookId, sender);
        worker.senders = senders.size;
      }
      sender.wake();
    },
    claimedIds: () => [...senders.values()].flatMap((sender) => sender.claimedIds()),
    async drain() {
      draining = true;
      await Promise.allSettled([...senders.values()].map((sender) => sender.drain()));
    },
  };
}

interface Loops {
  fan_out: Loop;
  due: Loop;
  replays: Loop;
  /** Resolves when the signal has aborted and no loop is running any more. */
  ended: Promise<void>;
}

function startLoops(worker: Worker, senders: Senders, signal: AbortSignal): Loops {
  const { pool, settings } = worker.context;
  const start = (everyMs: number, work: () => Promise<void>): Loop => startLoop(worker, everyMs, signal, work);
  const fanOutLoop = start(FAN_OUT_MS, async () => {
    for (;;) {
      const { events, to_split, webhook_ids } = await fanOut(pool);
      for (const id of webhook_ids) senders.wake(id);
      if (to_split > 0) split.wake();
      if (events === 0 || signal.aborted) return;
    }
  });
  const due = start(Math.max(DUE_MS * settings.time_scale, 20), async () => {
    for (const id of await listDueWebhooks(pool)) senders.wake(id);
  });
  const split = start(SPLIT_MS, async () => {
    while (!signal.aborted && (await splitNextEvent(pool, worker.event_prefix, signal)));
  });
  const replays = start(REPLAY_MS, async () => {
    for (const id of await stepReplays(pool)) senders.wake(id);
  });
  let renewedAt = performance.now();
  const heartbeat = start(HEARTBEAT_MS, async () => {
    worker.alive = Math.max(1, await releaseOfDead(pool));
    if (performance.now() - renewedAt < RENEW_MS) return;
    renewedAt = performance.now();
    await renewLeases(pool, worker.id, senders.claimedIds());
  });
  const purge = start(PURGE_MS, async () => {
    const purged = await purgeDeliveries(pool, settings.keep_days, signal);
    if (purged > 0) worker.context.log.info({ purged }, "purged old deliveries");
  });
  const all = [fanOutLoop, due, split, replays, heartbeat, purge];
  return { fan_out: fanOutLoop, due, replays, ended: Promise.all(all.map((loop) => loop.ended)).then(() => undefined) };
}

interface Loop {
  /** Runs `work` now, or as soon as its current run has ended. */
  wake(): void;
  ended: Promise<void>;
}

/** Runs `work` now, then every `everyMs` and whenever `wake` is called. Runs of `work` never overlap. */
function startLoop({ context }: Worker, everyMs: number, signal: AbortSignal, work: () => Promise<void>): Loop {
  let woken = false;
  let wakeUp: () => void = () => undefined;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      woken = false;
      try {
        await work();
      } catch (error) {
        context.log.warn(
          { err: error },
          isTransient(error) ? "lost the connection to the database; retrying" : "webhook delivery failed; retrying",
        );
        await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      }
      if (woken as boolean) continue;
      const waking = new AbortController();
      wakeUp = () => {
        waking.abort();
      };
      await sleep(everyMs, undefined, { signal: AbortSignal.any([signal, waking.signal]) }).catch(() => undefined);
    }
  };
  return {
    wake() {
      woken = true;
      wakeUp();
    },
    ended: run(),
  };
}

async function nextWorkerId(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("select nextval('webhook_workers')::integer as id");
  return (rows[0] as { id: number }).id;
}

/** Holds the advisory lock that marks this worker as alive. Uses a separate connection, and acquires the lock again when that
 * connection is lost. */
async function holdLock(
  address: DatabaseAddress,
  id: number,
  onError: (error: unknown) => void,
): Promise<{ release(): Promise<void> }> {
  let client: pg.Client | undefined;
  const released = new AbortController();
  const hold = async (): Promise<void> => {
    const opened = await connectClient(address, { application_name: NAME, heartbeat: true });
    opened.on("end", () => {
      if (released.signal.aborted) return;
      // Until this worker holds the lock again, other workers may take over its claims. The `claimed_by` condition of each update prevents
      // conflicts.
      retryTransient(hold, { timeout_ms: Infinity, signal: released.signal }).catch((error: unknown) => {
        if (!released.signal.aborted) onError(error);
      });
    });
    await opened.query("select pg_advisory_lock($1, $2)", lockKeys("webhook_worker", id));
    client = opened;
    // `release` was called while this function was connecting: close the connection, which would otherwise keep the process alive.
    if (released.signal.aborted) await opened.end();
  };
  await retryTransient(hold);
  return {
    async release() {
      released.abort();
      await client?.end();
    },
  };
}
