// How fast an import goes and how long it will still take: a rate that does not flicker, a fraction that never goes
// back, and an estimate only where it can be relied on.
import { t } from "../../texts/t.ts";

export interface Pace {
  fraction: number;
  /** Smoothed; null where the server has not said. */
  rows_per_second: number | null;
  /** null until the pace is steady. */
  left_ms: number | null;
}

interface Sample {
  at_ms: number;
  fraction: number;
}

const WINDOW_MS = 12_000;
/** Less than this says too little: start-up and caches distort the first seconds. */
const ENOUGH_MS = 2_500;
/** The whole window and its younger half must agree this well. */
const STEADY = 0.25;
/** Time after which a new rate has replaced about two thirds of the old one. */
const SMOOTHING_MS = 700;

/** Each call takes the newest state and gives the pace so far. */
export function createPace(): (at_ms: number, fraction: number, rows_per_second: number | null) => Pace {
  let samples: Sample[] = [];
  let furthest = 0;
  let smoothed: number | null = null;
  let smoothed_at_ms = 0;

  return (at_ms, fraction, rows_per_second) => {
    furthest = Math.max(furthest, fraction);
    samples = [...samples.filter((sample) => at_ms - sample.at_ms <= WINDOW_MS), { at_ms, fraction: furthest }];
    if (rows_per_second !== null) {
      const weight: number = smoothed === null ? 1 : 1 - Math.exp(-(at_ms - smoothed_at_ms) / SMOOTHING_MS);
      smoothed = (smoothed ?? 0) + weight * (rows_per_second - (smoothed ?? 0));
      smoothed_at_ms = at_ms;
    }
    return { fraction: furthest, rows_per_second: smoothed, left_ms: timeLeft(samples) };
  };
}

function timeLeft(samples: Sample[]): number | null {
  const last = samples.at(-1);
  const first = samples[0];
  if (!last || !first || last.at_ms - first.at_ms < ENOUGH_MS) return null;
  const middle_ms = (first.at_ms + last.at_ms) / 2;
  const middle = samples.find((sample) => sample.at_ms >= middle_ms) ?? first;
  const whole = rateBetween(first, last);
  const lately = rateBetween(middle, last);
  if (whole <= 0 || lately <= 0 || Math.abs(lately - whole) / whole > STEADY) return null;
  return (1 - last.fraction) / lately;
}

const rateBetween = (from: Sample, to: Sample): number =>
  to.at_ms === from.at_ms ? 0 : (to.fraction - from.fraction) / (to.at_ms - from.at_ms);

/** Rounded as an estimate deserves; it would jitter otherwise. */
export function timeLeftInWords(left_ms: number): string {
  const seconds = left_ms / 1000;
  if (seconds < 5) return t("imports.progress.left_few");
  if (seconds < 55) return t("imports.progress.left_seconds", { n: Math.ceil(seconds / 5) * 5 });
  const minutes = Math.ceil(seconds / 60);
  if (minutes === 1) return t("imports.progress.left_minute");
  if (minutes < 90) return t("imports.progress.left_minutes", { n: minutes });
  return t("imports.progress.left_hours", { n: Math.round(minutes / 60) });
}
