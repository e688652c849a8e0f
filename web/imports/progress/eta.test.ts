import { expect, test } from "vitest";
import { createEtaEstimator, formatTimeLeft } from "./eta.ts";

/** Feeds the estimator one fraction every 200 ms and returns its last estimate. */
function estimate(fractions: number[]) {
  const estimator = createEtaEstimator();
  return fractions.map((fraction, i) => estimator(i * 200, fraction, null)).at(-1);
}

test("the fraction never decreases", () => {
  expect(estimate([0.1, 0.5, 0.3])?.fraction).toBe(0.5);
});

test("a steady rate gives an estimate after enough samples", () => {
  const even = Array.from({ length: 21 }, (_, i) => i * 0.01);
  expect(estimate(even.slice(0, 10))?.left_ms).toBeNull();
  expect(estimate(even)?.left_ms).toBeCloseTo(16_000, -1);
});

test("a rate that drops to zero gives no estimate", () => {
  expect(estimate(Array.from({ length: 21 }, (_, i) => Math.min(i, 10) * 0.01))?.left_ms).toBeNull();
});

test("the shown rate is smoothed", () => {
  const estimator = createEtaEstimator();
  expect(estimator(0, 0, 1000).rows_per_second).toBe(1000);
  const next = estimator(200, 0.1, 2000).rows_per_second ?? 0;
  expect(next).toBeGreaterThan(1000);
  expect(next).toBeLessThan(1300);
  expect(estimator(20_000, 0.5, 2000).rows_per_second).toBeCloseTo(2000, 0);
});

test.each([
  [900, "a few seconds left"],
  [11_000, "about 15 seconds left"],
  [58_000, "about a minute left"],
  [150_000, "about 3 minutes left"],
  [7_200_000, "about 2 hours left"],
])("%d ms are %s", (ms, words) => {
  expect(formatTimeLeft(ms)).toBe(words);
});
