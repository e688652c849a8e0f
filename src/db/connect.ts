// Connections to PostgreSQL, the same for the embedded one and for DATABASE_URL: how values come back as JavaScript, what a
// server must offer, transactions, and which errors deserve another try.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** Where a database is: a URL, or the socket folder of the embedded PostgreSQL. JSON, so that processes can pass it on. */
export type DatabaseAddress =
  | { readonly url: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

export interface ConnectOptions {
  /** Seen in pg_stat_activity, e.g. "skuport serve". */
  application_name: string;
  /** Told of connections that break while idle; the pool replaces them by itself. */
  onIdleError?: (error: Error) => void;
}

/** Anything that takes a query: a pool, a pooled client, a client. A store function's first argument. */
export type Queryable = Pick<pg.ClientBase, "query">;

/** The database cannot serve Skuport at all: too old, or not UTF-8. The message says what to do. */
export class UnfitDatabaseError extends Error {
  override readonly name = "UnfitDatabaseError";
}

/** A pool of at most `max` connections. It opens none before it is asked. */
export function createPool(address: DatabaseAddress, options: ConnectOptions & { max: number }): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(address, options), max: options.max });
  // Without a listener, a connection that PostgreSQL ends while it is idle ends this process.
  pool.on("error", (error) => options.onIdleError?.(error));
  // The same while it is checked out but runs no query; whoever holds it learns of it from the next one.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** One connection outside any pool, for LISTEN, session locks and long COPY. The caller ends it. */
export async function connectClient(address: DatabaseAddress, options: ConnectOptions): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(address, options));
  client.on("error", (error) => options.onIdleError?.(error));
  await client.connect();
  return client;
}

/** @throws {UnfitDatabaseError} when the server is older than PostgreSQL 15 or its database is not UTF-8. */
export async function checkServer(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ version: number; encoding: string; name: string }>(
    `select current_setting('server_version_num')::int as version,
            current_setting('server_encoding') as encoding,
            current_database() as name`,
  );
  const server = rows[0];
  if (server === undefined) throw new UnfitDatabaseError("The database did not say its version.");
  if (server.version < 150_000) {
    throw new UnfitDatabaseError(
      `PostgreSQL ${String(Math.floor(server.version / 10_000))} is too old: Skuport needs 15 or newer. Upgrade it, or unset DATABASE_URL to use the embedded one.`,
    );
  }
  if (server.encoding !== "UTF8") {
    throw new UnfitDatabaseError(
      `The database "${server.name}" stores text as ${server.encoding}: Skuport needs UTF8. Create one with: create database … encoding 'UTF8' template template0`,
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
    // Where even the rollback fails the connection is of no more use; the first error is the one worth telling.
    await client.query("rollback").catch((cause: unknown) => (broken = asError(cause)));
    throw error;
  } finally {
    client.release(broken);
  }
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: conflicts between transactions, a server that is going,
// coming or full. 08xxx and 57Pxx leave open whether a commit arrived, so only work that may be done twice is retried.
const TRANSIENT_STATES = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "08000", // connection_exception
  "08001", // cannot establish the connection
  "08003", // connection_does_not_exist
  "08004", // the server rejected the connection
  "08006", // connection_failure
  "53300", // too_many_connections
  "55P03", // lock_not_available
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
]);
// ENOENT: the socket file of an embedded PostgreSQL that is being restarted.
const TRANSIENT_ERRNO = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOENT", "EAI_AGAIN"]);

/** Whether the same work may well succeed a moment later: told by SQLSTATE or errno, never by the message's text. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isTransient)) return true;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && TRANSIENT_STATES.has(code)) return true;
  if (code !== undefined && TRANSIENT_ERRNO.has(code)) return code !== "ENOENT" || syscall === "connect";
  return isBrokenConnection(error) || (error.cause !== undefined && isTransient(error.cause));
}

export interface RetryOptions {
  /** Gives up when this much time has passed since the first try. Default 60,000: a crash recovery fits. */
  timeout_ms?: number;
  signal?: AbortSignal;
  onRetry?: (error: unknown, attempt: number) => void;
}

/** Does `work` again after transient errors, with growing, jittered pauses of 20 ms to 0.5 s. `work` must bear being done twice. */
export async function retryTransient<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const give_up_at = performance.now() + (options.timeout_ms ?? 60_000);
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || performance.now() >= give_up_at) throw error;
      options.onRetry?.(error, attempt);
      const pause_ms = Math.min(500, 20 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      await sleep(pause_ms, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

// pg reports a connection that ends under a query with a plain Error, which has neither code nor class. Its constructor in
// pg/lib/client.js sets no mark either, so these two texts are the exception to "never match a message".
function isBrokenConnection(error: Error): boolean {
  return /^Connection terminated|^Client has encountered a connection error/.test(error.message);
}

function clientConfig(address: DatabaseAddress, options: ConnectOptions): pg.ClientConfig {
  const where = "url" in address ? { connectionString: address.url } : { ...address };
  return {
    ...where,
    application_name: options.application_name,
    // Our statements are short and many. With jit on, as servers have it by default, a list took 60 ms instead of 1 ms: it was
    // compiled each time. A URL with options of its own keeps those.
    options: "-c jit=off",
    // A server that accepts and then says nothing must not hang a start for ever.
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser },
  };
}

// Of pg_type; only the scalar ones have names in pg.
const INT8 = 20;
const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;
const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;

type Parser = (text: string) => unknown;
// pg-types describes its parsers by an enum that leaves out all arrays.
const findParser = pg.types.getTypeParser as (oid: number, format?: string) => Parser;
const parseTextArray = findParser(TEXT_ARRAY) as (text: string) => (string | null)[];

const PARSERS = new Map<number, Parser>([
  [INT8, parseInt8],
  [TIMESTAMPTZ, parseTimestamp],
  [INT8_ARRAY, (text) => parseArray(text, parseInt8)],
  [TIMESTAMPTZ_ARRAY, (text) => parseArray(text, parseTimestamp)],
]);

// Per connection, not pg.types.setTypeParser: that would change pg-boss and whatever else shares the module.
const getTypeParser = ((oid: number, format?: string) =>
  (format === "binary" ? undefined : PARSERS.get(oid)) ?? findParser(oid, format)) as typeof pg.types.getTypeParser;

function parseArray(text: string, parse: (item: string) => unknown): unknown[] {
  return parseTextArray(text).map((item) => (item === null ? null : parse(item)));
}

/** bigint as a number: our ids and counts stay far below 2^53; what does not is an error, never a rounded id. */
function parseInt8(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`bigint ${text} does not fit a JavaScript number; cast it to text`);
  return number;
}

/** timestamptz as ISO 8601 in UTC with PostgreSQL's microseconds, whatever the session's time zone. */
export function parseTimestamp(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(:\d\d)?(:\d\d)?$/.exec(text);
  if (match === null) return text; // infinity, BC
  const [, date = "", time = "", fraction = "", hours = "", minutes = ":00"] = match;
  if (hours === "+00" && minutes === ":00") return `${date}T${time}${fraction}Z`;
  const moment = new Date(`${date}T${time}${hours}${minutes}`);
  return Number.isNaN(moment.getTime()) ? text : moment.toISOString().replace(/\.\d+Z$/, `${fraction}Z`);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
