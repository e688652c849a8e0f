// Detects an event loop that has stopped. The watched loop sends beats; another process or thread counts the ticks of its own
// timer without one. No clocks are compared: a machine that slept, or a watcher that was stopped itself, ends nothing healthy.

export interface HeartbeatLimits {
  tick_ms: number;
  /** Ticks in a row without a beat after which the watched loop counts as hung. */
  silent_ticks: number;
}

/** 60 s. The longest a healthy worker keeps its event loop busy is some 100 ms, while lanes load. */
export const HEARTBEAT_LIMITS: HeartbeatLimits = { tick_ms: 5000, silent_ticks: 12 };

/** Several beats within each tick of the watcher. */
const BEAT_MS = 2000;

/** A beat carries the jobs that the process is working on, so that the watcher can name them when no more beats come. */
export interface Beat {
  jobs: readonly string[];
}

export interface Pulse {
  /** Sends a beat at once: a job that hangs the loop has been named by then. */
  report: (jobs: readonly string[]) => void;
  /** Sends beats to `listener` from now on; returns how to stop that. */
  onBeat: (listener: (beat: Beat) => void) => () => void;
}

/** The beats of this thread's event loop, for as long as it turns. */
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

/** Calls `onSilent` with the jobs of the last beat, and again after each further period without a beat. */
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

/** The rule alone: `tick` is called by a timer every `tick_ms` and returns whether the limit has been reached. */
export function createTickCounter({ tick_ms, silent_ticks }: HeartbeatLimits, now: number) {
  let silent = 0;
  let lastTick = now;
  return {
    beat(): void {
      silent = 0;
    },
    tick(at: number): boolean {
      // A late tick: this process was stopped or busy, and beats may wait in its queue. It reads them before the next tick.
      const isLate = at - lastTick > 2 * tick_ms;
      lastTick = at;
      silent = isLate ? 0 : silent + 1;
      if (silent < silent_ticks) return false;
      silent = 0;
      return true;
    },
  };
}
