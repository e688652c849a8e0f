// Estimates the rate of an import and its remaining time. The rate is smoothed. The displayed progress never decreases. The remaining
// time is estimated only while the rate is steady.
import { t } from "../../texts/t.ts";

export interface Eta {
  fraction: number;
  /** The smoothed rate; null until the server reports a rate. */
  rows_per_second: number | null;
  /** The estimated remaining time; null while the rate is not steady. */
  left_ms: number | null;
}

interface Sample {
  at_ms: number;
  fraction: number;
}

const WINDOW_MS = 12_000;
/** Shortest time on which an estimate is based: start-up and cold caches distort the first seconds. */
const MIN_SAMPLED_MS = 2_500;
/** Largest relative difference between the average rate and the recent rate for which the rate counts as steady. */
const MAX_RATE_DEVIATION = 0.25;
/** Time constant of the smoothing: after this time, a new rate has replaced about two thirds of the old one. */
const SMOOTHING_MS = 700;

/** Returns a function that takes each new state of the import and returns the current estimate. */
export function createEtaEstimator(): (atMs: number, fraction: number, rowsPerSecond: number | null) => Eta {
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
    return { fraction: furthest, rows_per_second: smoothed, left_ms: estimateTimeLeft(samples) };
  };
}

function estimateTimeLeft(samples: Sample[]): number | null {
  const last = samples.at(-1);
  const first = samples[0];
  if (!last || !first || last.at_ms - first.at_ms < MIN_SAMPLED_MS) return null;
  const middleMs = (first.at_ms + last.at_ms) / 2;
  const middle = samples.find((sample) => sample.at_ms >= middleMs) ?? first;
  const overallRate = rateBetween(first, last);
  const recentRate = rateBetween(middle, last);
  if (overallRate <= 0 || recentRate <= 0 || Math.abs(recentRate - overallRate) / overallRate > MAX_RATE_DEVIATION)
    return null;
  return (1 - last.fraction) / recentRate;
}

const rateBetween = (from: Sample, to: Sample): number =>
  to.at_ms === from.at_ms ? 0 : (to.fraction - from.fraction) / (to.at_ms - from.at_ms);

/** Formats the remaining time, rounded coarsely so that the text does not change with every update. */
export function formatTimeLeft(leftMs: number): string {
  const seconds = leftMs / 1000;
  if (seconds < 5) return t("imports.progress.left_few");
  if (seconds < 55) return t("imports.progress.left_seconds", { n: Math.ceil(seconds / 5) * 5 });
  const minutes = Math.ceil(seconds / 60);
  if (minutes === 1) return t("imports.progress.left_minute");
  if (minutes < 90) return t("imports.progress.left_minutes", { n: minutes });
  return t("imports.progress.left_hours", { n: Math.round(minutes / 60) });
}
