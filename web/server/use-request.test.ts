import { expect, test } from "vitest";
import { Problem } from "../../contract/problems.ts";
import { useRequest } from "./use-request.ts";

test("while an action runs, another one does not start", async () => {
  const { busy, run } = useRequest();
  const started: string[] = [];
  let finish = (): void => undefined;
  const first = run(() => {
    started.push("first");
    return new Promise<void>((resolve) => (finish = resolve));
  });
  expect(busy.value).toBe(true);
  expect(await run(() => Promise.resolve(started.push("second")))).toBe(false);
  finish();
  expect(await first).toBe(true);
  expect([busy.value, started]).toEqual([false, ["first"]]);
});

test("a failed action is reported once, and its fault is kept until the next action starts", async () => {
  const reported: unknown[] = [];
  const { busy, fault, fault_text, run } = useRequest((error) => reported.push(error));
  const problem = new Problem("user-exists", "There is already a user with this name.");
  expect(await run(() => Promise.reject(problem))).toBe(false);
  expect([busy.value, fault.value, fault_text.value]).toEqual([false, problem, problem.message]);
  expect(reported).toEqual([problem]);
  let during: unknown = "unset";
  expect(
    await run(() => {
      during = fault.value;
      return Promise.resolve();
    }),
  ).toBe(true);
  expect([during, fault_text.value, reported.length]).toEqual([null, "", 1]);
});
