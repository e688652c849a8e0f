// Tests use `until` to wait for a condition instead of a fixed time.

/** Default timeout of `until`. It is far longer than a wait takes even on a busy machine, and shorter than the time limit of a test. */
export const HANGING_MS = 200_000;
/** Time between two calls of a condition. It grows to a tenth of the time that was waited, up to MAX_POLL_MS, because each call takes
 * processor time from what the test waits for. */
const POLL_MS = 20;
const MAX_POLL_MS = 80;

/** Resolves with the first value of `condition` that is not undefined, null or false. */
export async function until<T>(
  condition: () => T | Promise<T>,
  timeoutMs = HANGING_MS,
  pollMs?: number,
): Promise<Exclude<T, undefined | null | false>> {
  const startedMs = performance.now();
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value as Exclude<T, undefined | null | false>;
    const waitedMs = performance.now() - startedMs;
    if (waitedMs > timeoutMs) throw new Error(`Still false after ${timeoutMs} ms: ${condition.toString()}`);
    const pauseMs = pollMs ?? Math.min(Math.max(POLL_MS, waitedMs / 10), MAX_POLL_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
