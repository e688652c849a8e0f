import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { until } from "../../../tests/support/until.ts";
import { listen } from "../../events/listen.ts";
import { createListAnnouncer, throttleForLists } from "./list-throttle.ts";

const { address, pool } = await createTestDatabase();

test("list requests of a server throttle the loaders of every worker of the database, at most twice a second", async () => {
  const workers = await Promise.all(
    [0, 0].map(async () => {
      const listener = await listen(address, { application_name: "skuport test", onError: () => undefined });
      const worker = { listener, throttled: 0 };
      throttleForLists(listener, { throttle: () => worker.throttled++ });
      return worker;
    }),
  );
  let now = 1000;
  const announce = createListAnnouncer(pool, () => now);
  for (const at of [1000, 1001, 1499, 1500, 1999]) {
    now = at;
    announce();
  }
  await until(() => workers.every(({ throttled }) => throttled === 2));
  // A later notification arrives after all earlier ones.
  now = 2000;
  announce();
  await until(() => workers.every(({ throttled }) => throttled >= 3));
  expect(workers.map(({ throttled }) => throttled)).toEqual([3, 3]);
  for (const { listener } of workers) await listener.stop();
});

test("a lost notification connection is not a list request", () => {
  let throttled = 0;
  let read: (payload: string | null) => void = () => undefined;
  const subscribe = (_: unknown, reader: typeof read): (() => void) => {
    read = reader;
    return () => undefined;
  };
  throttleForLists({ subscribe, stop: () => Promise.resolve() }, { throttle: () => throttled++ });
  read(null);
  expect(throttled).toBe(0);
  read("");
  expect(throttled).toBe(1);
});
