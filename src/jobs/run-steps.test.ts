import { expect, test } from "vitest";
import { createLoaderLimit } from "./loader-limit.ts";
import { runSteps } from "./run-steps.ts";

test("a loader that waits for the limit takes no step after its signal has aborted", async () => {
  const { run, throttle } = createLoaderLimit(2);
  throttle();
  const other = Promise.withResolvers<undefined>();
  const busy = run(() => other.promise);
  const stop = new AbortController();
  let steps = 0;
  const step = (): Promise<boolean> => Promise.resolve(++steps < 3);
  const waiting = runSteps(step, { signal: stop.signal, limit: run });
  stop.abort();
  other.resolve(undefined);
  await expect(waiting).rejects.toBe(stop.signal.reason);
  expect(steps).toBe(0);
  await busy;
  await runSteps(step, { signal: new AbortController().signal, limit: run });
  expect(steps).toBe(3);
});
