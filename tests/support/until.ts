// Tests use `until` to wait for a condition instead of a fixed time.

/** Default timeout of `until`. It is far longer than a wait takes even on a busy machine, and shorter than the time limit of a test. */
export const HANGING_MS = 200_000;
const POLL_MS = 20;

/** Resolves with the first value of `condition` that is not undefined, null or false. */
export async function until<T>(
  condition: () => T | Promise<T>,
  timeoutMs = HANGING_MS,
  pollMs = POLL_MS,
): Promise<Exclude<T, undefined | null | false>> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value as Exclude<T, undefined | null | false>;
    if (performance.now() > deadlineMs) throw new Error(`Still false after ${timeoutMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
