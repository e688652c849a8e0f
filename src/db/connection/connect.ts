// Connections to PostgreSQL, embedded or at DATABASE_URL: pools, single clients, requirements of the server, transactions, and which errors
// are worth a retry.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { BoundedClient } from "./bounded-client.ts";
import { Guard, guardedClient } from "./guard.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { getTypeParser } from "./parse-values.ts";
import { liftTransactionTimeout, withSessionOptions, SESSION_OPTIONS } from "./session-settings.ts";

/** A database's URL, or the socket folder of the embedded PostgreSQL. Serializable, so that processes can pass it on. */
export type DatabaseAddress =
  | { readonly url: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

export interface ConnectOptions {
  /** Shown in pg_stat_activity, e.g. "skuport serve". */
  application_name: string;
  /** Called when a connection breaks while idle. A pool replaces it by itself. */
  onIdleError?: (error: Error) => void;
}

/** A pool, a pooled client or a client: the first argument of every store function. */
export type Queryable = Pick<pg.ClientBase, "query">;

/** A connection that waits for an answer detects a vanished server after 5 s and ten probes (set by libuv), one each second. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 5000 };

/** Skuport cannot use the database: it is too old or not UTF-8. The message contains the remedy. */
export class UnfitDatabaseError extends Error {
  override readonly name = "UnfitDatabaseError";
}

/** Creates a pool of at most `max` connections, which it opens on demand. When PostgreSQL stops responding, running statements fail within
 * some seconds. From then on, connecting fails immediately until PostgreSQL responds again. See guard.ts. */
export function createPool(address: DatabaseAddress, options: ConnectOptions & { max: number }): pg.Pool {
  const config = clientConfig(address, options);
  const guard = new Guard(config);
  const pool = new pg.Pool({
    ...config,
    max: options.max,
    Client: guardedClient(guard),
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- pg-pool awaits it, which its types do not declare
    onConnect: liftTransactionTimeout,
  });
  const endPool: () => Promise<void> = pool.end.bind(pool);
  pool.end = () => {
    guard.stop();
    return endPool();
  };
  // Without a listener, this process would exit when PostgreSQL closes an idle connection.
  pool.on("error", (error) => options.onIdleError?.(error));
  // A connection that is checked out but runs no query also needs a listener. Its next query reports the error.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Opens one connection outside any pool, for LISTEN, session locks and long COPY statements. The caller ends it. With `heartbeat`, it
 * ends by itself when PostgreSQL has not responded for about ten seconds. */
export async function connectClient(
  address: DatabaseAddress,
  options: ConnectOptions & { heartbeat?: boolean },
): Promise<pg.Client> {
  const client = new BoundedClient(clientConfig(address, options));
  client.on("error", (error) => options.onIdleError?.(error));
  await client.connect();
  await liftTransactionTimeout(client);
  if (options.heartbeat === true) startHeartbeat(client);
  return client;
}

/** Connection options for pg-boss, which creates its own pool. */
export function bossConfig(address: DatabaseAddress, applicationName: string): pg.PoolConfig {
  const { types: _, ...config } = clientConfig(address, { application_name: applicationName });
  return { ...config, Client: guardedClient(new Guard(config)) };
}

/** @throws {UnfitDatabaseError} when the server is older than PostgreSQL 15 or its database is not UTF-8. */
export async function checkServer(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ version: number; encoding: string; name: string }>(
    `select current_setting('server_version_num')::int as version,
            current_setting('server_encoding') as encoding,
            current_database() as name`,
  );
  const server = rows[0];
  if (server === undefined) throw new UnfitDatabaseError("The database did not report its version.");
  if (server.version < 150_000) {
    throw new UnfitDatabaseError(
      `PostgreSQL ${String(Math.floor(server.version / 10_000))} is too old: Skuport needs version 15 or newer. Upgrade PostgreSQL, or unset DATABASE_URL to use the embedded one.`,
    );
  }
  if (server.encoding !== "UTF8") {
    throw new UnfitDatabaseError(
      `The database "${server.name}" stores text as ${server.encoding}, but Skuport needs UTF8. Create another database: create database NAME encoding 'UTF8' template template0`,
    );
  }
}

/** Runs `work` in one transaction on one connection: committed when it returns, rolled back when it throws. */
export async function withTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    // If the rollback fails too, the connection is broken. The first error is the one to report.
    await client.query("rollback").catch((cause: unknown) => (broken = asError(cause)));
    throw error;
  } finally {
    client.release(broken);
  }
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: conflicts between transactions, limits set by an administrator,
// a server that is stopping, starting, full or read-only. After 08xxx and 57Pxx a commit may have succeeded, so callers retry only
// work that can be repeated.
const TRANSIENT_STATES = new Set([
  "25006", // read_only_sql_transaction: the server is a standby, or an administrator has made it read-only for a while
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "08000", // connection_exception
  "08001", // cannot establish the connection
  "08003", // connection_does_not_exist
  "08004", // the server rejected the connection
  "08006", // connection_failure
  "08007", // transaction_resolution_unknown
  "53000", // insufficient_resources
  "53100", // disk_full
  "53200", // out_of_memory
  "53300", // too_many_connections
  "55P03", // lock_not_available
  "57014", // query_canceled: an administrator cancelled the query. Code that cancels its own queries handles this error itself.
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
]);
const TRANSIENT_ERRNO = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EAI_AGAIN",
  "ENOENT", // the socket file of an embedded PostgreSQL that is being restarted
]);
const DISK_FULL = "53100";

/** True if the same work may succeed a moment later. The SQLSTATE or errno decides. Errors of broken connections have neither and are
 * recognized by their message. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isTransient)) return true;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && TRANSIENT_STATES.has(code)) return true;
  if (code !== undefined && TRANSIENT_ERRNO.has(code)) return code !== "ENOENT" || syscall === "connect";
  return isBrokenConnection(error) || (error.cause !== undefined && isTransient(error.cause));
}

export interface RetryOptions {
  /** Retries end this long after the first attempt. Default 60,000, enough for a crash recovery. */
  timeout_ms?: number;
  /** Retries continue while the database's disk is full, because an administrator has to free space first. Pauses grow to 10 s. */
  waits_for_space?: boolean;
  signal?: AbortSignal;
  onRetry?: (error: unknown, attempt: number) => void;
}

/** Repeats `work` after transient errors, with growing, jittered pauses of 20 ms to 0.5 s. `work` must be repeatable. */
export async function retryTransient<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { timeout_ms = 60_000, waits_for_space = false, signal } = options;
  const giveUpAt = performance.now() + timeout_ms;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const waits = waits_for_space && isDiskFull(error);
      if (!isTransient(error) || (performance.now() >= giveUpAt && !waits)) throw error;
      options.onRetry?.(error, attempt);
      const longestMs = waits ? 10_000 : 500;
      const pauseMs = Math.min(longestMs, 20 * 2 ** Math.min(attempt - 1, 10)) * (0.5 + Math.random() / 2);
      await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** True if PostgreSQL could not write because its disk is full. */
function isDiskFull(error: unknown): boolean {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code === DISK_FULL || isDiskFull(error.cause));
}

// The npm package pg reports a connection that ends during a query, and its own timeouts, as a plain Error without a property `code`
// (pg/lib/client.js, pg-pool/index.js). Only the message identifies these errors.
function isBrokenConnection(error: Error): boolean {
  return /^Connection terminated|^Client has encountered a connection error|^timeout exceeded when trying to connect$|^timeout expired$/.test(
    error.message,
  );
}

function clientConfig(address: DatabaseAddress, options: ConnectOptions): pg.ClientConfig {
  const where = "url" in address ? withSessionOptions(address.url) : { ...address, options: SESSION_OPTIONS };
  return {
    ...where,
    application_name: options.application_name,
    // How long a statement waits for a connection of its pool while all connections are in use.
    connectionTimeoutMillis: 30_000,
    ...KEEP_ALIVE,
    types: { getTypeParser },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
