// Detects that PostgreSQL has stopped responding, because its machine vanished, a firewall dropped the connection, or a proxy keeps a dead
// connection open. TCP alone reports this after up to 15 minutes. When a statement has had no answer for some seconds, the guard asks
// PostgreSQL on a new connection about that session. Statements that PostgreSQL is executing continue, however long they take.
import type { Socket } from "node:net";
import pg from "pg";
import { BoundedClient } from "./bounded-client.ts";

/** If a statement has had no answer for this long, the guard checks whether PostgreSQL is executing it. */
const PATIENCE_MS = 2000;
/** If a new connection has not been answered after this long, PostgreSQL is unreachable. */
const PROBE_MS = 3000;
const TICK_MS = 250;
/** Pause until the next check of a statement that PostgreSQL is executing. */
const AT_WORK_MS = 5000;
/** Pause until the next check of a statement that PostgreSQL is not executing. */
const DOUBT_MS = 1000;
/** The guard closes a connection after this many consecutive checks have found that PostgreSQL is not executing the connection's statement.
 * One check is not enough, because the answer may be on its way. */
const DOUBTS = 2;
/** Timeout for opening a connection, without the wait in a pool's queue. */
const CONNECT_MS = 5000;

/** Members that pg does not declare. `readyForQuery` is false from a statement's submission until its last answer. */
interface Internals {
  readyForQuery?: boolean;
  processID: number | null;
  connection: { stream: Socket };
}

interface Watched {
  bytes: number;
  /** Number of ticks without a byte in either direction while a statement is unanswered. If this process is frozen, it receives nothing, but
   * it counts no ticks either. */
  silent_ticks: number;
  doubts: number;
  bytes_at_doubt: number;
}

/** Closes connections on which PostgreSQL no longer responds. Clients of the class that `guardedClient` returns register themselves. */
export class Guard {
  readonly #config: pg.ClientConfig;
  readonly #watched = new Map<pg.Client, Watched>();
  /** True if PostgreSQL did not answer a new connection. Probes continue until it does. */
  #unreachable = false;
  #probing = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param config for the connections that probe PostgreSQL */
  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  get unreachable(): boolean {
    return this.#unreachable;
  }

  watch(client: pg.Client): void {
    this.#watched.set(client, { bytes: 0, silent_ticks: 0, doubts: 0, bytes_at_doubt: 0 });
    this.#start();
  }

  forget(client: pg.Client): void {
    this.#watched.delete(client);
  }

  /** Reports a connection that could not be opened. A probe decides whether PostgreSQL is unreachable. */
  reportFailure(error: unknown): void {
    if (this.#probing || this.#unreachable || isAnswer(error)) return;
    void this.#check([]).then(() => {
      this.#start();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #start(): void {
    if (this.#stopped) return;
    this.#timer ??= setInterval(() => {
      this.#tick();
    }, TICK_MS).unref();
  }

  #tick(): void {
    const suspects = [...this.#watched].filter(([client, state]) => isSuspect(client, state)).map(([client]) => client);
    if (!this.#probing && (suspects.length > 0 || this.#unreachable)) void this.#check(suspects);
    if (this.#watched.size > 0 || this.#unreachable || this.#probing) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #check(suspects: readonly pg.Client[]): Promise<void> {
    this.#probing = true;
    const received = totalReceived(this.#watched);
    const answer = await probe(this.#config, suspects.map(pidOf));
    this.#probing = false;
    // If other connections have received data in the meantime, PostgreSQL is reachable, although the new connection got no answer.
    this.#unreachable = answer === "silent" && totalReceived(this.#watched) === received;
    // All unanswered statements wait for the same server. End all their connections, even those that have waited less than PATIENCE_MS.
    if (this.#unreachable) for (const [client, state] of this.#watched) if (state.silent_ticks > 0) this.#end(client);
    if (answer !== "silent") for (const client of suspects) this.#judge(client, answer);
  }

  #judge(client: pg.Client, answer: Answer): void {
    const state = this.#watched.get(client);
    if (state === undefined) return;
    const bytes = bytesOf(client);
    const doubtful = answer.get(pidOf(client)) === "waiting for us";
    state.silent_ticks = (PATIENCE_MS - (doubtful ? DOUBT_MS : AT_WORK_MS)) / TICK_MS;
    state.doubts = doubtful && (state.doubts === 0 || bytes === state.bytes_at_doubt) ? state.doubts + 1 : 0;
    state.bytes_at_doubt = bytes;
    if (state.doubts >= DOUBTS) this.#end(client);
  }

  #end(client: pg.Client): void {
    this.forget(client);
    streamOf(client).destroy(unresponsive());
  }
}

/** A client class whose connections `guard` watches, for the option `Client` of pg.Pool. While PostgreSQL is unreachable, connecting
 * fails immediately. */
export function guardedClient(guard: Guard): new (config?: pg.ClientConfig) => pg.Client {
  return class extends BoundedClient {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionTimeoutMillis: CONNECT_MS });
      // Without a listener, a connection that breaks would end this process. A pool adds its listener only after connect() has resolved.
      this.on("error", () => undefined);
      this.once("end", () => {
        guard.forget(this);
      });
    }
    override connect(): Promise<this>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<this> | undefined {
      const connected = this.#connectGuarded();
      if (callback === undefined) return connected;
      connected.then(() => {
        callback(null as unknown as Error);
      }, callback);
      return undefined;
    }
    async #connectGuarded(): Promise<this> {
      if (guard.unreachable) throw unresponsive();
      try {
        await super.connect();
      } catch (error) {
        guard.reportFailure(error);
        throw error;
      }
      guard.watch(this);
      return this;
    }
  };
}

const totalReceived = (watched: Map<pg.Client, Watched>): number =>
  [...watched.keys()].reduce((sum, client) => sum + streamOf(client).bytesRead, 0);

function isSuspect(client: pg.Client, state: Watched): boolean {
  const bytes = bytesOf(client);
  // A paused stream is not suspect: its reader, such as the client of an export, is slower than PostgreSQL.
  const isWaiting = (client as unknown as Internals).readyForQuery === false && !streamOf(client).isPaused();
  if (!isWaiting || bytes !== state.bytes) state.silent_ticks = state.doubts = 0;
  else state.silent_ticks++;
  state.bytes = bytes;
  return state.silent_ticks * TICK_MS >= PATIENCE_MS;
}

/** Keyed by process id: whether PostgreSQL is executing a statement of that session. Empty if PostgreSQL answered with an error. */
type Answer = Map<number, "executing" | "waiting for us">;

async function probe(config: pg.ClientConfig, pids: readonly number[]): Promise<Answer | "silent"> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 0 });
  client.on("error", () => undefined);
  const asked = ask(client, pids);
  const answer = await Promise.race([asked, ticks(PROBE_MS / TICK_MS, "silent" as const)]);
  // Destroy the socket, because end() would wait for the server.
  if (answer === "silent") (client as unknown as Internals).connection.stream.destroy();
  return answer;
}

async function ask(client: pg.Client, pids: readonly number[]): Promise<Answer | "silent"> {
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number; works: boolean }>(
      // During the wait events ClientRead and ClientWrite, PostgreSQL waits for this client and executes nothing. If track_activities is
      // off, the state is "disabled"; such a session counts as executing.
      `select pid, state is null or state = 'disabled' or
              (state in ('active', 'fastpath function call') and wait_event is distinct from 'ClientRead'
               and wait_event is distinct from 'ClientWrite') as works
       from pg_stat_activity where pid = any($1::integer[])`,
      [pids],
    );
    await client.end();
    const found = new Map(
      rows.map(({ pid, works }) => [pid, works ? ("executing" as const) : ("waiting for us" as const)]),
    );
    return new Map(pids.map((pid) => [pid, found.get(pid) ?? "waiting for us"]));
  } catch (error) {
    if (isRefusal(error)) return new Map(pids.map((pid) => [pid, "waiting for us"]));
    return isAnswer(error) ? new Map() : "silent";
  }
}

/** True if the error is an answer of the server's machine: an SQLSTATE, such as "too many connections" or "starting up", or a refused
 * connection. */
const isAnswer = (error: unknown): boolean =>
  isRefusal(error) || /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? "");

/** True if the connection was refused. No server listens there now, so earlier sessions have ended. */
const isRefusal = (error: unknown): boolean =>
  ["ECONNREFUSED", "ECONNRESET", "ENOENT"].includes((error as { code?: string }).code ?? "");

/** Resolves after `count` ticks of a timer. A single long timer would expire as soon as this process continues after a freeze. Between
 * several ticks, the process receives answers that have arrived. */
function ticks<T>(count: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    let left = count;
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      resolve(value);
    }, TICK_MS);
  });
}

const unresponsive = (): Error =>
  Object.assign(new Error("PostgreSQL has stopped responding"), { code: "ETIMEDOUT", syscall: "read" });
const streamOf = (client: pg.Client): Socket => (client as unknown as Internals).connection.stream;
const pidOf = (client: pg.Client): number => (client as unknown as Internals).processID ?? 0;
const bytesOf = (client: pg.Client): number => streamOf(client).bytesRead + streamOf(client).bytesWritten;
