// Waits for a condition, never for a time.

/** Resolves with the first truthy value of `look`. */
export async function until<T>(
  look: () => T | Promise<T>,
  timeout_ms = 30_000,
): Promise<Exclude<T, undefined | null | false>> {
  const give_up_at = performance.now() + timeout_ms;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== null && value !== false) return value as Exclude<T, undefined | null | false>;
    if (performance.now() > give_up_at) throw new Error(`not within ${timeout_ms} ms: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
