/** Runs `work` after all earlier work with the same key has ended, whether it succeeded or failed. */
export type KeyedMutex = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const previous = last.get(key) ?? Promise.resolve();
    const current = previous.then(work);
    const ended = current.catch(() => undefined);
    last.set(key, ended);
    try {
      return await current;
    } finally {
      if (last.get(key) === ended) last.delete(key);
    }
  };
}
