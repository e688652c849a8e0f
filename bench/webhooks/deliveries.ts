// Measures the delivery rate to a receiver on the same machine, with and without killing workers. Checks that every event arrives and is
// in the log, and that events arrive twice only around a kill.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { call } from "../../client/call.ts";
import { create_webhook, type Webhook } from "../../contract/webhooks/webhooks.ts";
import { createPool } from "../../src/db/connection/connect.ts";
import { emitEvents } from "../../src/events/emit.ts";
import { startReceiver, type CountingReceiver } from "./receiver.ts";
import { startServer, workerOf, type BenchServer } from "../server.ts";

export const ALLOW_LOOPBACK = { SKUPORT_WEBHOOK_ALLOW_CIDRS: "127.0.0.0/8" };

/** A run without a delivery for this long counts as stuck. */
const STUCK_MS = 120_000;
/** Number of events per transaction. */
const BATCH = 1000;
/** A delivery that was sent up to this long before a kill may be missing in the log. Another worker sends such a delivery again. */
const AROUND_KILL_MS = 1500;

export interface DeliveriesReport {
  events: number;
  ms: number;
  kills: number;
  /** Number of events that arrived more than once. */
  duplicated: number;
  faults: string[];
  worker_mb: number;
}

/** @param atMost maximum number of workers that are killed */
export async function deliverMany(events: number, killEveryMs?: number, atMost = 1000): Promise<DeliveriesReport> {
  const receiver = await startReceiver();
  const server = await startServer(undefined, ALLOW_LOOPBACK);
  const pool = createPool(server.address, { application_name: "skuport bench", max: 2 });
  const stop = new AbortController();
  try {
    await call(create_webhook, { body: { url: receiver.url, max_parallel: 32 } }, { base_url: server.url });
    await warmUp(pool, receiver);
    receiver.arrivals.clear();
    const started = performance.now();
    const kills: number[] = [];
    const killing =
      killEveryMs === undefined ? undefined : killWorkers(server, killEveryMs, atMost, kills, stop.signal);
    await emitMany(pool, events);
    await arrived(receiver, events);
    const ms = performance.now() - started;
    stop.abort();
    await killing;
    await allLogged(pool);
    const faults = await faultsOf(pool, receiver, events, kills);
    const duplicated = [...receiver.arrivals.values()].filter(({ times }) => times > 1).length;
    const { worker_mb } = await server.peakMemory();
    return { events, ms, kills: kills.length, duplicated, faults, worker_mb };
  } finally {
    stop.abort();
    await pool.end();
    await server.stop();
    receiver.close();
  }
}

export const edited = (id: number) => ({
  type: "product.updated" as const,
  changeset_id: null,
  data: {
    id,
    sku: `SKU-${String(id)}`,
    version: 2,
    changeset_id: null,
    actor: "test",
    changes: { name: { before: "Desk lamp", after: "Desk lamp, brass" }, active: { before: false, after: true } },
  },
});

async function emitMany(pool: pg.Pool, events: number): Promise<void> {
  for (let first = 0; first < events; first += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, events - first) }, (_, i) => first + i);
    await emitEvents(pool, ids.map(edited));
  }
}

/** Warms up code and connections. */
async function warmUp(pool: pg.Pool, receiver: CountingReceiver): Promise<void> {
  await emitMany(pool, 500);
  await arrived(receiver, 500);
}

export async function arrived(receiver: CountingReceiver, count: number): Promise<void> {
  let seen = 0;
  let seenAt = performance.now();
  while (receiver.arrivals.size < count) {
    if (receiver.arrivals.size > seen) {
      seen = receiver.arrivals.size;
      seenAt = performance.now();
    }
    if (performance.now() - seenAt > STUCK_MS) return;
    await sleep(20);
  }
}

async function killWorkers(
  server: BenchServer,
  everyMs: number,
  atMost: number,
  kills: number[],
  signal: AbortSignal,
): Promise<void> {
  const wait = (): Promise<boolean> => sleep(everyMs, true, { signal }).catch(() => false);
  while (kills.length < atMost && (await wait())) {
    const pid = await workerOf(server.pid);
    if (pid === undefined) continue;
    process.kill(pid, "SIGKILL");
    kills.push(performance.now());
  }
}

async function allLogged(pool: pg.Pool): Promise<void> {
  const deadline = performance.now() + STUCK_MS;
  while (performance.now() < deadline) {
    const { rows } = await pool.query("select from webhook_deliveries where state = 'waiting' limit 1");
    if (rows.length === 0) return;
    await sleep(50);
  }
}

async function faultsOf(
  pool: pg.Pool,
  { arrivals }: CountingReceiver,
  events: number,
  kills: readonly number[],
): Promise<string[]> {
  const faults: string[] = [];
  if (arrivals.size !== events) faults.push(`${String(arrivals.size)} of ${String(events)} events arrived`);
  const { rows } = await pool.query<{ id: string; state: string; attempts: number }>(
    `select s.prefix || '_' || d.event_id as id, d.state, (select count(*) from webhook_attempts a where a.delivery_id = d.id) as attempts
     from webhook_deliveries d, webhook_source s`,
  );
  const log = new Map(rows.map((row) => [row.id, row]));
  const unlogged = [...arrivals.keys()].filter((id) => (log.get(id)?.attempts ?? 0) === 0).length;
  if (unlogged > 0) faults.push(`${String(unlogged)} events arrived but are not in the log`);
  const undelivered = rows.filter(({ state }) => state !== "delivered").length;
  if (undelivered > 0) faults.push(`${String(undelivered)} deliveries are not marked delivered`);
  const unexplained = [...arrivals.values()].filter(
    ({ times, first_at }) => times > 1 && !kills.some((at) => first_at > at - AROUND_KILL_MS && first_at <= at + 50),
  ).length;
  if (unexplained > 0) faults.push(`${String(unexplained)} events arrived twice without a kill`);
  return faults;
}

/** Emits events at a steady rate. Measures the milliseconds from the start of each commit to the arrival of the event. Returns their median
 * and 99th percentile. */
export async function measureLatency(
  seconds: number,
  beside: "none" | "hanging",
): Promise<{ p50: number; p99: number }> {
  const receiver = await startReceiver();
  const hanging = await startReceiver(() => undefined);
  const server = await startServer(undefined, ALLOW_LOOPBACK);
  const pool = createPool(server.address, { application_name: "skuport bench", max: 2 });
  const add = (url: string): Promise<Webhook> => call(create_webhook, { body: { url } }, { base_url: server.url });
  try {
    await add(receiver.url);
    if (beside === "hanging") await add(hanging.url);
    await warmUp(pool, receiver);
    const committed = new Map<number, number>();
    const times: number[] = [];
    receiver.onBody = (body, at) => {
      const { data } = JSON.parse(body) as { data: { id: number } };
      times.push(at - (committed.get(data.id) ?? at));
    };
    const RATE = 50;
    for (let i = 0; i < seconds * RATE; i++) {
      const id = 1_000_000 + i;
      committed.set(id, Number.POSITIVE_INFINITY);
      const before = performance.now();
      committed.set(id, before);
      await emitEvents(pool, [edited(id)]);
      await sleep(Math.max(0, 1000 / RATE - (performance.now() - before)));
    }
    await arrived(receiver, 500 + seconds * RATE);
    times.sort((a, b) => a - b);
    return { p50: times[Math.floor(times.length / 2)] ?? NaN, p99: times[Math.floor(times.length * 0.99)] ?? NaN };
  } finally {
    await pool.end();
    await server.stop();
    receiver.close();
    hanging.close();
  }
}
