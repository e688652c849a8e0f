// Notices that PostgreSQL has stopped answering, which TCP alone reports after up to 15 minutes: its machine vanished, a
// firewall forgot the connection, or a proxy holds it open. A connection whose statement had no answer for some seconds is
// compared with what PostgreSQL itself says about its session, asked on a fresh connection. Long statements are left alone.
import type { Socket } from "node:net";
import pg from "pg";
import { BoundedClient } from "./bounded-client.ts";

/** A statement without an answer for this long is looked into. */
const PATIENCE_MS = 2000;
/** A fresh connection that has not answered after this long means that PostgreSQL is unreachable. */
const PROBE_MS = 3000;
const TICK_MS = 250;
/** A statement that PostgreSQL is working on is looked into again after this long, */
const AT_WORK_MS = 5000;
/** one that it is not working on after this long. */
const DOUBT_MS = 1000;
/** Probes in a row by which a session does not work on our statement: its answer may have been under way at the first. */
const DOUBTS = 2;
/** Establishing a connection may take this long, a pool's queue not included. */
const CONNECT_MS = 5000;

/** What pg does not declare. `readyForQuery` is false from a statement's submission until its last answer. */
interface Internals {
  readyForQuery?: boolean;
  processID: number | null;
  connection: { stream: Socket };
}

interface Watched {
  bytes: number;
  /** Ticks without a byte in either direction while a statement is unanswered. Ticks, since a process that was frozen has not
   * listened meanwhile. */
  silent_ticks: number;
  doubts: number;
  bytes_at_doubt: number;
}

/** Watches the connections of its `createClient`. */
export class Guard {
  readonly #config: pg.ClientConfig;
  readonly #watched = new Map<pg.Client, Watched>();
  /** Whether PostgreSQL did not even answer a fresh connection; probed until it does. */
  #unreachable = false;
  #probing = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param config of the connections that probe. */
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

  /** For a connection that could not be established: a probe decides whether others may wait. */
  reportFailure(error: unknown): void {
    if (this.#probing || this.#unreachable || isAnswer(error)) return;
    void this.#look([]).then(() => {
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
    if (!this.#probing && (suspects.length > 0 || this.#unreachable)) void this.#look(suspects);
    if (this.#watched.size > 0 || this.#unreachable || this.#probing) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(suspects: readonly pg.Client[]): Promise<void> {
    this.#probing = true;
    const received = totalReceived(this.#watched);
    const answer = await probe(this.#config, suspects.map(pidOf));
    this.#probing = false;
    // A server that answers elsewhere is alive, however long a fresh connection takes.
    this.#unreachable = answer === "silent" && totalReceived(this.#watched) === received;
    // All unanswered statements wait for the same server, so the recent ones end, too.
    if (this.#unreachable) for (const [client, state] of this.#watched) if (state.silent_ticks > 0) this.#end(client);
    if (answer !== "silent") for (const client of suspects) this.#judge(client, answer);
  }

  #judge(client: pg.Client, answer: Answer): void {
    const state = this.#watched.get(client);
    if (state === undefined) return;
    const bytes = bytesOf(client);
    const doubtful = answer.get(pidOf(client)) === "waits for us";
    state.silent_ticks = (PATIENCE_MS - (doubtful ? DOUBT_MS : AT_WORK_MS)) / TICK_MS;
    state.doubts = doubtful && (state.doubts === 0 || bytes === state.bytes_at_doubt) ? state.doubts + 1 : 0;
    state.bytes_at_doubt = bytes;
    if (state.doubts >= DOUBTS) this.#end(client);
  }

  #end(client: pg.Client): void {
    this.forget(client);
    streamOf(client).destroy(noAnswer());
  }
}

/** The class of clients that `guard` watches, for the option `Client` of pg.Pool. They fail at once while PostgreSQL does not
 * answer at all. */
export function guardedClient(guard: Guard): new (config?: pg.ClientConfig) => pg.Client {
  return class extends BoundedClient {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionTimeoutMillis: CONNECT_MS });
      // Without a listener the end of a session would end this process. A pool listens only once connect() has resolved.
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
      if (guard.unreachable) throw noAnswer();
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
  // A paused stream is one whose reader is slower than PostgreSQL, such as the client of an export.
  const isWaiting = (client as unknown as Internals).readyForQuery === false && !streamOf(client).isPaused();
  if (!isWaiting || bytes !== state.bytes) state.silent_ticks = state.doubts = 0;
  else state.silent_ticks++;
  state.bytes = bytes;
  return state.silent_ticks * TICK_MS >= PATIENCE_MS;
}

/** By process id: whether PostgreSQL works on a statement of that session. Empty where it answered with an error. */
type Answer = Map<number, "works" | "waits for us">;

async function probe(config: pg.ClientConfig, pids: readonly number[]): Promise<Answer | "silent"> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 0 });
  client.on("error", () => undefined);
  const asked = ask(client, pids);
  const answer = await Promise.race([asked, ticks(PROBE_MS / TICK_MS, "silent" as const)]);
  // Not end(): it would wait for the server.
  if (answer === "silent") (client as unknown as Internals).connection.stream.destroy();
  return answer;
}

async function ask(client: pg.Client, pids: readonly number[]): Promise<Answer | "silent"> {
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number; works: boolean }>(
      // ClientRead and ClientWrite: it waits for us while we wait for it. Without track_activities the state is "disabled".
      `select pid, state is null or state = 'disabled' or
              (state in ('active', 'fastpath function call') and wait_event is distinct from 'ClientRead'
               and wait_event is distinct from 'ClientWrite') as works
       from pg_stat_activity where pid = any($1::integer[])`,
      [pids],
    );
    await client.end();
    const found = new Map(rows.map(({ pid, works }) => [pid, works ? ("works" as const) : ("waits for us" as const)]));
    return new Map(pids.map((pid) => [pid, found.get(pid) ?? "waits for us"]));
  } catch (error) {
    if (isRefusal(error)) return new Map(pids.map((pid) => [pid, "waits for us"]));
    return isAnswer(error) ? new Map() : "silent";
  }
}

/** An SQLSTATE, such as too many connections or starting up, or a refusal. */
const isAnswer = (error: unknown): boolean =>
  isRefusal(error) || /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? "");

/** Nothing serves there now, so the sessions of before have ended. */
const isRefusal = (error: unknown): boolean =>
  ["ECONNREFUSED", "ECONNRESET", "ENOENT"].includes((error as { code?: string }).code ?? "");

/** Resolves after `count` ticks. A process that was frozen goes through them after it wakes, and can hear answers meanwhile. */
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

const noAnswer = (): Error =>
  Object.assign(new Error("PostgreSQL has stopped answering"), { code: "ETIMEDOUT", syscall: "read" });
const streamOf = (client: pg.Client): Socket => (client as unknown as Internals).connection.stream;
const pidOf = (client: pg.Client): number => (client as unknown as Internals).processID ?? 0;
const bytesOf = (client: pg.Client): number => streamOf(client).bytesRead + streamOf(client).bytesWritten;
