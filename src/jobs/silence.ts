// How long unfinished work has been silent, as this process has seen it. Before a worker ends another process's work for good, the
// database's clock is not enough: it may be set, and the work cannot give a sign of life while the database is away.

/** A longer pause between two observations means that this process or its database was away: whoever works had no chance to show it. */
const MAX_PAUSE_MS = 15_000;

export interface SilenceWatch {
  /** Takes the work that is unfinished now; each sign of life increases its version. */
  observe(work: readonly { id: number; version: number }[]): void;
  /** Whether the work has been observed for this long without a sign of life. */
  isSilent(id: number, silentMs: number): boolean;
}

/** @param now monotonic milliseconds */
export function createSilenceWatch(now: () => number = () => performance.now()): SilenceWatch {
  let seen = new Map<number, { version: number; since: number }>();
  let observed = -Infinity;
  return {
    observe(work) {
      const at = now();
      if (at - observed > MAX_PAUSE_MS) seen.clear();
      observed = at;
      seen = new Map(
        work.map(({ id, version }) => {
          const before = seen.get(id);
          return [id, before?.version === version ? before : { version, since: at }];
        }),
      );
    },
    isSilent(id, silentMs) {
      const entry = seen.get(id);
      return entry !== undefined && now() - entry.since >= silentMs;
    },
  };
}
