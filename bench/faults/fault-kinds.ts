// The kinds of faults. Each fault is injected into the tested system (fault-site.ts) during an action, and then removed.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { retryTransient } from "../../src/db/connection/connect.ts";
import type { Site, Supervised } from "./fault-site.ts";
import type { RunningProcess } from "../../tests/faults/support/processes.ts";

/** Injects the fault and removes it. `ended` resolves when the interrupted action has ended. */
type Fault = (site: Site, ended: Promise<unknown>) => Promise<void>;

const pick = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
const between = (fromMs: number, toMs: number): Promise<void> => sleep(fromMs + Math.random() * (toMs - fromMs));
const processOf = (site: Site): Supervised<RunningProcess> => pick([site.server, ...site.workers]);
/** Waits until the action has ended, but at most `limitMs`, because some actions cannot end before the fault is removed. */
const untilEnded = (ended: Promise<unknown>, limitMs: number): Promise<unknown> =>
  Promise.race([ended, sleep(limitMs)]);

export const FAULTS: Readonly<Record<string, Fault>> = {
  "connections of a process cut": async (site) => {
    const { proxy } = processOf(site);
    for (let times = 1 + Math.random() * 3; times > 0; times--) {
      proxy.cut();
      await between(0, 300);
    }
  },
  "a process's database connection held": async (site) => {
    const { proxy } = processOf(site);
    proxy.setMode("hold");
    await between(500, 12_000);
    proxy.setMode("forward");
  },
  "one connection muted": async (site) => {
    const links = processOf(site).proxy.links();
    if (links.length > 0) pick(links).setMode("mute");
    await between(0, 500);
  },
  "responses to commits lost": async (site) => {
    processOf(site).proxy.loseAnswers("commit", 1 + Math.floor(Math.random() * 3));
    await between(0, 1000);
  },
  "a worker frozen": async (site) => {
    const { now } = pick(site.workers);
    now.freeze();
    await between(500, 15_000);
    now.wake();
  },
  "a worker frozen and disconnected until another has finished its work": async (site, ended) => {
    const worker = pick(site.workers);
    const { now } = worker;
    now.freeze();
    worker.proxy.cut();
    await untilEnded(ended, 40_000);
    now.wake();
  },
  "a worker frozen and disconnected, its successor killed, then the first worker woken": async (site) => {
    const [first, second] = Math.random() < 0.5 ? site.workers : site.workers.toReversed();
    const frozen = first?.now;
    frozen?.freeze();
    first?.proxy.cut();
    await between(200, 3000);
    await second?.now.kill();
    frozen?.wake();
  },
  "a worker's machine vanished": async (site) => {
    const worker = pick(site.workers);
    const { now, proxy } = worker;
    proxy.setMode("hold");
    const left = proxy.links();
    await now.kill();
    // A new worker can reach the database. The connections of the killed worker stay open, as if its machine had lost power.
    proxy.setMode("forward");
    for (const link of left) link.setMode("hold");
    await between(0, 500);
    setTimeout(() => {
      for (const link of left) link.cut();
    }, 60_000).unref();
  },
  "the server frozen": async (site) => {
    const { now } = site.server;
    now.freeze();
    await between(500, 8000);
    now.wake();
  },
  "a worker killed": (site) => pick(site.workers).now.kill(),
  "the server killed": (site) => site.server.now.kill(),
  "PostgreSQL killed": (site) => signal(site, "SIGKILL"),
  "PostgreSQL restarted": (site) => signal(site, "SIGINT"),
  "sessions terminated": async (site) => {
    for (let times = 1 + Math.random() * 3; times > 0; times--) {
      await endSessions(site);
      await between(0, 300);
    }
  },
  "the database read-only": async (site) => {
    await alter(site, "set default_transaction_read_only = on");
    await endSessions(site);
    await between(1000, 15_000);
    await alter(site, "reset default_transaction_read_only");
    await endSessions(site);
  },
  "an administrator's timeouts": async (site) => {
    const names = ["statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"];
    for (const name of names) await alter(site, `set ${name} = '2ms'`);
    await endSessions(site);
    await between(1000, 5000);
    for (const name of names) await alter(site, `reset ${name}`);
  },
  "the database unreachable": async (site) => {
    const proxies = [site.server, ...site.workers].map(({ proxy }) => proxy);
    for (const proxy of proxies) {
      await proxy.refuse();
      proxy.cut();
    }
    await between(1000, 30_000);
    for (const proxy of proxies) await proxy.admit();
  },
};

function signal({ postgres }: Site, name: NodeJS.Signals): Promise<void> {
  process.kill(postgres.pid, name);
  return Promise.resolve();
}

async function alter({ postgres }: Site, change: string): Promise<void> {
  await retryTransient(async () => {
    const options = "-c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=0";
    const client = new pg.Client({ ...postgres.connection, options });
    client.on("error", () => undefined);
    await client.connect();
    await client.query(`alter database ${postgres.connection.database} ${change}`).finally(() => client.end());
  });
}

async function endSessions({ pool }: Site): Promise<void> {
  await retryTransient(() =>
    pool.query(
      `with others as materialized (select pid from pg_stat_activity
         where datname = current_database() and application_name <> 'skuport bench' and backend_type = 'client backend')
       select count(pg_terminate_backend(pid)) from others`,
    ),
  );
}
