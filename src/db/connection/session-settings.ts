// What each of our sessions sets when it connects, so that neither a server's defaults nor a vanished machine decide about work.
import type pg from "pg";

const SETTINGS: Readonly<Record<string, string | number>> = {
  // Our statements are short and many. With jit on, as servers have it by default, a list took 60 ms instead of 1 ms: it was
  // compiled each time.
  jit: "off",
  // An administrator's limits are for sessions that someone forgot. Ours bound their statements themselves where a user waits.
  statement_timeout: 0,
  lock_timeout: 0,
  idle_in_transaction_session_timeout: 0,
  idle_session_timeout: 0,
  // A machine that vanished without closing its connections keeps its locks until PostgreSQL notices: after two hours by
  // Linux's defaults, after 5 + 3 × 2 = 11 seconds with these. PostgreSQL ignores them on Unix sockets.
  tcp_keepalives_idle: 5,
  tcp_keepalives_interval: 2,
  tcp_keepalives_count: 3,
  // The same for a machine that vanished while an answer was under way to it, in milliseconds.
  tcp_user_timeout: 11_000,
};

/** For the startup parameter `options`. */
export const SESSION_OPTIONS = Object.entries(SETTINGS)
  .map(([name, value]) => `-c ${name}=${String(value)}`)
  .join(" ");

/** Lifts transaction_timeout, which only PostgreSQL 17 and later know; in SESSION_OPTIONS it would stop older ones. */
export async function liftTransactionTimeout(client: pg.ClientBase): Promise<void> {
  await client.query(
    "select set_config('transaction_timeout', '0', false) where current_setting('transaction_timeout', true) <> '0'",
  );
}

/** A URL's own options win over ours, setting by setting. */
export function withSessionOptions(url: string): { connectionString: string; options: string } {
  if (!URL.canParse(url)) return { connectionString: url, options: SESSION_OPTIONS };
  const parsed = new URL(url);
  const own = parsed.searchParams.get("options");
  if (own === null) return { connectionString: url, options: SESSION_OPTIONS };
  parsed.searchParams.set("options", `${SESSION_OPTIONS} ${own}`);
  return { connectionString: parsed.href, options: SESSION_OPTIONS };
}
