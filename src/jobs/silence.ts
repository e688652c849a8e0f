// Measures, with this process's monotonic clock, how long unfinished work has shown no sign of life. The database's clock cannot decide
// that the work of another process is dead, because this clock can be set forward. Time during which the database is unavailable does not
// count, because work cannot show a sign of life then.

/** Longest pause between two observations. If a pause is longer, this process or its database was unavailable. The silence of all work
 * is then measured from zero again. */
const MAX_PAUSE_MS = 15_000;

export interface SilenceWatch {
  /** Records the work that is unfinished now. Each sign of life changes the version of the work. */
  observe(work: readonly { id: number; version: number }[]): void;
  /** True if the work has been observed for `silentMs` without a sign of life. */
  isSilent(id: number, silentMs: number): boolean;
}

/** @param now returns the time of a monotonic clock in milliseconds */
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
