import { expect, test } from "vitest";
import { createEta, timeLeftInWords } from "./eta.ts";

/** Feeds a pace with fractions, one every 200 ms, and gives what it says at the end. */
function paceOf(fractions: number[]) {
  const pace = createEta();
  return fractions.map((fraction, i) => pace(i * 200, fraction, null)).at(-1);
}

test("the fraction never moves backwards", () => {
  expect(paceOf([0.1, 0.5, 0.3])?.fraction).toBe(0.5);
});

test("an even pace gives an estimate, once there is enough of it", () => {
  const even = Array.from({ length: 21 }, (_, i) => i * 0.01);
  expect(paceOf(even.slice(0, 10))?.left_ms).toBeNull();
  expect(paceOf(even)?.left_ms).toBeCloseTo(16_000, -1);
});

test("a pace that breaks down gives none", () => {
  expect(paceOf(Array.from({ length: 21 }, (_, i) => Math.min(i, 10) * 0.01))?.left_ms).toBeNull();
});

test("the rate follows slowly", () => {
  const pace = createEta();
  expect(pace(0, 0, 1000).rows_per_second).toBe(1000);
  const next = pace(200, 0.1, 2000).rows_per_second ?? 0;
  expect(next).toBeGreaterThan(1000);
  expect(next).toBeLessThan(1300);
  expect(pace(20_000, 0.5, 2000).rows_per_second).toBeCloseTo(2000, 0);
});

test.each([
  [900, "a few seconds left"],
  [11_000, "about 15 seconds left"],
  [58_000, "about a minute left"],
  [150_000, "about 3 minutes left"],
  [7_200_000, "about 2 hours left"],
])("%d ms are %s", (ms, words) => {
  expect(timeLeftInWords(ms)).toBe(words);
});
