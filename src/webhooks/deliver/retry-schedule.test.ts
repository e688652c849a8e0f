import { expect, test } from "vitest";
import { breakerPause, delayAfter, MAX_ATTEMPTS, overloadPause, retryAfter } from "./retry-schedule.ts";

const MIDDLE = 0.5;

test("ten attempts at 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, 75.6 hours in all", () => {
  const delays = Array.from({ length: MAX_ATTEMPTS }, (_, made) => delayAfter(made, 1, MIDDLE) as number);
  expect(delays.map((ms) => ms / 1000)).toEqual([0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  expect(delays.reduce((sum, ms) => sum + ms) / 3_600_000).toBeCloseTo(75.6, 1);
  expect(delayAfter(MAX_ATTEMPTS, 1)).toBeUndefined();
});

test("jitter changes a delay by at most a fifth", () => {
  expect(delayAfter(2, 1, 0)).toBe(240_000);
  expect(delayAfter(2, 1, 1)).toBeCloseTo(360_000);
  const drawn = Array.from({ length: 1000 }, () => delayAfter(2, 1) as number);
  expect(Math.min(...drawn)).toBeLessThan(250_000);
  expect(Math.max(...drawn)).toBeGreaterThan(350_000);
});

test("the scale shortens the whole schedule", () => {
  expect(delayAfter(9, 1 / 86_400, MIDDLE)).toBeCloseTo(1000);
});

test("pauses grow up to a limit", () => {
  expect([1, 2, 3, 100].map((trips) => breakerPause(trips, 1))).toEqual([30_000, 60_000, 120_000, 900_000]);
  expect([1, 2, 100].map((failures) => overloadPause(failures, 1))).toEqual([2000, 4000, 60_000]);
});

test.each([
  ["120", 120_000],
  [" 1 ", 1000],
  ["Thu, 01 Jan 1970 00:02:00 GMT", 60_000],
  ["999999999", 86_400_000],
  ["Fri, 01 Jan 2100 00:00:00 GMT", 86_400_000],
  ["0", undefined],
  ["-5", undefined],
  ["1.5e3", undefined],
  ["Thu, 01 Jan 1970 00:00:00 GMT", undefined],
  ["soon", undefined],
  [undefined, undefined],
])("Retry-After %o is %o ms", (value, expected) => {
  expect(retryAfter(value, 60_000)).toBe(expected);
});
