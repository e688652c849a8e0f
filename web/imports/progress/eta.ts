// How fast an import goes and how long it will still take: a rate that does not flicker, a fraction that never goes
// back, and an estimate only where it can be relied on.
import { t } from "../../texts/t.ts";

export interface Eta {
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
export function createEta(): (atMs: number, fraction: number, rowsPerSecond: number | null) => Eta {
  let samples: Sample[] = [];
  let furthest = 0;
  let smoothed: number | null = null;
  let smoothedAtMs = 0;

  return (atMs, fraction, rowsPerSecond) => {
    furthest = Math.max(furthest, fraction);
    samples = [...samples.filter((sample) => atMs - sample.at_ms <= WINDOW_MS), { at_ms: atMs, fraction: furthest }];
    if (rowsPerSecond !== null) {
      const weight: number = smoothed === null ? 1 : 1 - Math.exp(-(atMs - smoothedAtMs) / SMOOTHING_MS);
      smoothed = (smoothed ?? 0) + weight * (rowsPerSecond - (smoothed ?? 0));
      smoothedAtMs = atMs;
    }
    return { fraction: furthest, rows_per_second: smoothed, left_ms: timeLeft(samples) };
  };
}

function timeLeft(samples: Sample[]): number | null {
  const last = samples.at(-1);
  const first = samples[0];
  if (!last || !first || last.at_ms - first.at_ms < ENOUGH_MS) return null;
  const middleMs = (first.at_ms + last.at_ms) / 2;
  const middle = samples.find((sample) => sample.at_ms >= middleMs) ?? first;
  const whole = rateBetween(first, last);
  const lately = rateBetween(middle, last);
  if (whole <= 0 || lately <= 0 || Math.abs(lately - whole) / whole > STEADY) return null;
  return (1 - last.fraction) / lately;
}

const rateBetween = (from: Sample, to: Sample): number =>
  to.at_ms === from.at_ms ? 0 : (to.fraction - from.fraction) / (to.at_ms - from.at_ms);

/** Rounded as an estimate deserves; it would jitter otherwise. */
export function timeLeftInWords(leftMs: number): string {
  const seconds = leftMs / 1000;
  if (seconds < 5) return t("imports.progress.left_few");
  if (seconds < 55) return t("imports.progress.left_seconds", { n: Math.ceil(seconds / 5) * 5 });
  const minutes = Math.ceil(seconds / 60);
  if (minutes === 1) return t("imports.progress.left_minute");
  if (minutes < 90) return t("imports.progress.left_minutes", { n: minutes });
  return t("imports.progress.left_hours", { n: Math.round(minutes / 60) });
}
