// Detects a blocked event loop. The watched loop sends beats, and another process or thread counts the ticks of its own timer since the
// last beat. No clocks are compared, so a machine that slept or a paused watcher does not end a healthy process.

export interface HeartbeatLimits {
  tick_ms: number;
  /** Number of consecutive ticks without a beat after which the watched loop counts as blocked. */
  silent_ticks: number;
}

/** The limits of a worker: 60 s without a beat. Loaders block the event loop of a healthy worker for at most about 100 ms. */
export const HEARTBEAT_LIMITS: HeartbeatLimits = { tick_ms: 5000, silent_ticks: 12 };

/** Interval of the beats. It is short enough for at least two beats in each tick of the watcher. */
const BEAT_MS = 2000;

/** Contains the running jobs, so that the watcher can log them when beats stop. */
export interface Beat {
  jobs: readonly string[];
}

export interface Pulse {
  /** Immediately sends a beat with these jobs, before one of them can block the event loop. */
  report: (jobs: readonly string[]) => void;
  /** Sends beats to `listener` from now on. @returns a function that stops them */
  onBeat: (listener: (beat: Beat) => void) => () => void;
}

/** Starts a timer that sends a beat to every listener each BEAT_MS. No beats are sent while this thread's event loop is blocked. */
export function startPulse(): Pulse {
  const listeners = new Set<(beat: Beat) => void>();
  let jobs: readonly string[] = [];
  const beat = (): void => {
    for (const listener of listeners) listener({ jobs });
  };
  setInterval(beat, BEAT_MS).unref();
  return {
    report(now) {
      jobs = now;
      beat();
    },
    onBeat(listener) {
      listeners.add(listener);
      listener({ jobs });
      return () => listeners.delete(listener);
    },
  };
}

export interface HeartbeatWatch {
  beat(beat: Beat): void;
  stop(): void;
}

/** Calls `onSilent` with the jobs of the last beat after each `silent_ticks` consecutive ticks without a beat. */
export function watchHeartbeat(
  limits: HeartbeatLimits,
  onSilent: (jobs: readonly string[], times: number) => void,
): HeartbeatWatch {
  const counter = createTickCounter(limits, performance.now());
  let jobs: readonly string[] = [];
  let times = 0;
  const timer = setInterval(() => {
    if (counter.tick(performance.now())) onSilent(jobs, ++times);
  }, limits.tick_ms).unref();
  return {
    beat(beat) {
      jobs = beat.jobs;
      times = 0;
      counter.beat();
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/** Counts ticks without timers of its own: call `tick` every `tick_ms`; it returns true when the limit is reached. */
export function createTickCounter({ tick_ms, silent_ticks }: HeartbeatLimits, now: number) {
  let silent = 0;
  let lastTick = now;
  return {
    beat(): void {
      silent = 0;
    },
    tick(at: number): boolean {
      // Do not count a late tick: this process was stopped or busy. Beats may be queued, and this process reads them before the next tick.
      const isLate = at - lastTick > 2 * tick_ms;
      lastTick = at;
      silent = isLate ? 0 : silent + 1;
      if (silent < silent_ticks) return false;
      silent = 0;
      return true;
    },
  };
}
