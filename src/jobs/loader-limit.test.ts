import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLoaderLimit, type LoaderLimit } from "./loader-limit.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns how many of four steps run at the same time under the limit. */
async function countRunning(limit: LoaderLimit): Promise<number> {
  const end = Promise.withResolvers<undefined>();
  let running = 0;
  const step = (): Promise<unknown> => {
    running++;
    return end.promise;
  };
  const steps = Promise.all(Array.from({ length: 4 }, () => limit.run(step)));
  await setImmediate();
  const count = running;
  end.resolve(undefined);
  await steps;
  return count;
}

test("throttled loaders leave one CPU core free, and all of them continue two seconds later", async () => {
  const limit = createLoaderLimit(3);
  expect(await countRunning(limit)).toBe(4);
  limit.throttle();
  expect(await countRunning(limit)).toBe(2);
  vi.advanceTimersByTime(1999);
  expect(await countRunning(limit)).toBe(2);
  vi.advanceTimersByTime(1);
  expect(await countRunning(limit)).toBe(4);
});

test("with one CPU core, one loader continues", async () => {
  const limit = createLoaderLimit(1);
  limit.throttle();
  expect(await countRunning(limit)).toBe(1);
});
