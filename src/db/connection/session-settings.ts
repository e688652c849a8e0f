// Settings of each database session that Skuport opens. They turn off timeouts that would interrupt long work, and detect a client machine
// that has vanished.
import type pg from "pg";

const SETTINGS: Readonly<Record<string, string | number>> = {
  // Our statements are short and frequent. With jit on, the default, a list took 60 ms instead of 1 ms, because PostgreSQL compiled the
  // statement each time.
  jit: "off",
  // Turn off timeouts that an administrator may have set for forgotten sessions. Our code itself limits statements for which a user waits.
  statement_timeout: 0,
  lock_timeout: 0,
  idle_in_transaction_session_timeout: 0,
  idle_session_timeout: 0,
  // If a client's machine vanishes without closing its connections, their locks remain until PostgreSQL detects this: after two hours with
  // Linux's defaults, after 5 + 3 × 2 = 11 seconds with these values. PostgreSQL ignores these settings on Unix sockets.
  tcp_keepalives_idle: 5,
  tcp_keepalives_interval: 2,
  tcp_keepalives_count: 3,
  // Milliseconds after which PostgreSQL closes a connection if the client's machine has not acknowledged the data sent to it.
  tcp_user_timeout: 11_000,
};

/** The value of the startup parameter `options`. */
export const SESSION_OPTIONS = Object.entries(SETTINGS)
  .map(([name, value]) => `-c ${name}=${String(value)}`)
  .join(" ");

/** Disables transaction_timeout. It is not in SESSION_OPTIONS, because versions before PostgreSQL 17 do not know it and would refuse the
 * connection. */
export async function liftTransactionTimeout(client: pg.ClientBase): Promise<void> {
  await client.query(
    "select set_config('transaction_timeout', '0', false) where current_setting('transaction_timeout', true) <> '0'",
  );
}

/** Adds our options to those in the URL. The options in the URL take precedence. */
export function withSessionOptions(url: string): { connectionString: string; options: string } {
  if (!URL.canParse(url)) return { connectionString: url, options: SESSION_OPTIONS };
  const parsed = new URL(url);
  const own = parsed.searchParams.get("options");
  if (own === null) return { connectionString: url, options: SESSION_OPTIONS };
  parsed.searchParams.set("options", `${SESSION_OPTIONS} ${own}`);
  return { connectionString: parsed.href, options: SESSION_OPTIONS };
}
