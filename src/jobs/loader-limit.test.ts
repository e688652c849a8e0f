import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLoaderLimit } from "./loader-limit.ts";

test("throttled loaders leave one processor, and all continue afterwards", async () => {
  const limit = createLoaderLimit(3, 50);
  let atWork = 0;
  const most: number[] = [];
  const step = async (): Promise<void> => {
    atWork++;
    most.push(atWork);
    await sleep(5);
    atWork--;
  };
  const four = (): Promise<unknown> => Promise.all(Array.from({ length: 4 }, () => limit.run(step)));
  await four();
  expect(Math.max(...most.splice(0))).toBe(4);
  limit.throttle();
  await four();
  expect(Math.max(...most.splice(0))).toBe(2);
  await sleep(80);
  await four();
  expect(Math.max(...most)).toBe(4);
});

test("on one processor one loader continues", async () => {
  const limit = createLoaderLimit(1);
  limit.throttle();
  expect(await limit.run(() => Promise.resolve("done"))).toBe("done");
});
