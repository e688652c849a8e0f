// Shares one read among concurrent callers.

/** Callers that arrive during a read share the next one, so that it starts after their call. At most one read runs at a time. */
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
