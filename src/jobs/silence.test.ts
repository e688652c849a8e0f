import { expect, test } from "vitest";
import { createSilenceWatch } from "./silence.ts";

/** A watch with a simulated clock. `at` observes import 1 at the given second and returns whether the import is silent. */
function watched(): { at: (seconds: number, version: number) => boolean } {
  let now = 0;
  const watch = createSilenceWatch(() => now);
  return {
    at(seconds, version) {
      now = seconds * 1000;
      watch.observe([{ id: 1, version }]);
      return watch.isSilent(1, 30_000);
    },
  };
}

test("work without a new version for long enough is silent", () => {
  const { at } = watched();
  expect([0, 5, 10, 15, 20, 25].map((seconds) => at(seconds, 7))).toEqual(Array(6).fill(false));
  expect(at(30, 7)).toBe(true);
  expect(at(35, 8)).toBe(false);
});

test("a sign of life restarts the measurement", () => {
  const { at } = watched();
  for (let seconds = 0; seconds <= 60; seconds += 5) expect(at(seconds, seconds < 20 ? 1 : 2)).toBe(seconds >= 50);
});

test("a pause between observations does not count", () => {
  const { at } = watched();
  for (let seconds = 0; seconds <= 20; seconds += 5) at(seconds, 1);
  expect(at(60, 1)).toBe(false);
  for (let seconds = 65; seconds <= 90; seconds += 5) expect(at(seconds, 1)).toBe(seconds >= 90);
});

test("work that was never observed is not silent", () => {
  const watch = createSilenceWatch();
  watch.observe([{ id: 1, version: 1 }]);
  expect(watch.isSilent(2, 0)).toBe(false);
});
