// Computes the retry schedule and the pauses of the circuit breaker. All functions are pure.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Delay before each attempt, counted from the end of the previous attempt; 75.6 hours in total. Standard Webhooks recommends
 * this schedule. */
const DELAYS_MS = [
  0,
  5000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;
export const MAX_ATTEMPTS = DELAYS_MS.length;
const JITTER = 0.2;
const LONGEST_RETRY_AFTER_MS = 24 * HOUR_MS;

/** Time after which a webhook is disabled if all its attempts have failed. */
export const DISABLE_AFTER_MS = 5 * 24 * HOUR_MS;

/** Number of consecutive failures that open the circuit breaker. It equals the number of attempts of a delivery, so that a
 * single event cannot open the breaker before its last attempt. */
export const BREAKER_FAILURES = 10;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;

/** Returns the delay before the next attempt when `made` attempts have been made, or undefined after the last attempt. Tests
 * use a small `scale`. */
export function delayAfter(made: number, scale: number, random: number = Math.random()): number | undefined {
  const delay = DELAYS_MS[made];
  return delay === undefined ? undefined : delay * scale * (1 - JITTER + 2 * JITTER * random);
}

/** Returns how long a webhook pauses, in milliseconds, when its circuit breaker has opened for the `trips`-th time since the last
 * success. */
export const breakerPause = (trips: number, scale: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(trips - 1, 10), LONGEST_PAUSE_MS) * scale;

/** Returns the pause for an overloaded receiver (429, 502, 503, 504) that sent no `Retry-After`. */
export const overloadPause = (consecutiveFailures: number, scale: number): number =>
  Math.min(1000 * 2 ** Math.min(consecutiveFailures, 10), MINUTE_MS) * scale;

/**
 * Returns the pause that a `Retry-After` header (RFC 9110, 10.2.3) requests, in milliseconds and at most a day. Returns
 * undefined if the header is missing or not valid.
 * @param answeredAtMs time of the response by the receiver's clock, to which a date in the header refers
 */
export function retryAfter(value: string | undefined, answeredAtMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  // Date.parse alone would accept "-5" as a year.
  const atMs = text.endsWith("GMT") ? Date.parse(text) : Number.NaN;
  const waitMs = /^\d{1,15}$/.test(text) ? Number(text) * 1000 : atMs - answeredAtMs;
  return Number.isFinite(waitMs) && waitMs > 0 ? Math.min(waitMs, LONGEST_RETRY_AFTER_MS) : undefined;
}

/** Whether a status reports overload. */
export const saysOverloaded = (status: number | null): boolean =>
  status === 429 || status === 502 || status === 503 || status === 504;
