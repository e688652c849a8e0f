// Shares one read among concurrent callers.

/** Runs at most one read at a time. Callers that arrive during a read share the next read, which starts after their call and so
 * returns current data. */
export function shareReads<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    const started = read().finally(() => {
      if (running === started) running = undefined;
    });
    return (running = started);
  };
  return () => {
    if (running === undefined) return start();
    return (next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      }));
  };
}
