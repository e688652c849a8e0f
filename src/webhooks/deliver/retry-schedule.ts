// When an attempt that failed is made again, and when a receiver is left alone for a while. Pure: times in, times out.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Before each attempt, from the end of the one before; 75.6 hours in all. Recommended by Standard Webhooks. */
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

/** Nothing but failures for so long switches a webhook off. */
export const DISABLE_AFTER_MS = 5 * 24 * HOUR_MS;

/** Failures in a row that open the breaker: as many as one event may have, so that one event alone never does it early. */
export const BREAKER_FAILURES = 10;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;

/** The pause before the attempt after `made` attempts; undefined = that was the last. `scale` shortens all of it for tests. */
export function delayAfter(made: number, scale: number, random: number = Math.random()): number | undefined {
  const delay = DELAYS_MS[made];
  return delay === undefined ? undefined : delay * scale * (1 - JITTER + 2 * JITTER * random);
}

/** How long to leave a receiver alone once its breaker has opened for the `trips`-th time since its last success. */
export const breakerPause = (trips: number, scale: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(trips - 1, 10), LONGEST_PAUSE_MS) * scale;

/** The same for a receiver that says it is overloaded (429, 502, 504) without saying until when. */
export const overloadPause = (consecutiveFailures: number, scale: number): number =>
  Math.min(1000 * 2 ** Math.min(consecutiveFailures, 10), MINUTE_MS) * scale;

/**
 * The pause that a `Retry-After` header asks for (RFC 9110, 10.2.3), in milliseconds, a day at most; undefined if it asks for none.
 * @param answeredAtMs when the receiver answered, by its own clock: a date in the header refers to that clock
 */
export function retryAfter(value: string | undefined, answeredAtMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  // Date.parse alone would take "-5" for a year
  const atMs = text.endsWith("GMT") ? Date.parse(text) : Number.NaN;
  const waitMs = /^\d{1,15}$/.test(text) ? Number(text) * 1000 : atMs - answeredAtMs;
  return Number.isFinite(waitMs) && waitMs > 0 ? Math.min(waitMs, LONGEST_RETRY_AFTER_MS) : undefined;
}

/** Whether a status asks to be called less. */
export const saysOverloaded = (status: number | null): boolean =>
  status === 429 || status === 502 || status === 503 || status === 504;
