import { fork } from "node:child_process";
import { once } from "node:events";
import { getPriority } from "node:os";
import { expect, test } from "vitest";
import { createPool } from "../db/connection/connect.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { lowerBackends, lowerPriority } from "./lower-priority.ts";

const database = await createTestDatabase();

test("only the backends of a background pool get a lower priority", async () => {
  const background = createPool(database.address, { application_name: "skuport test", max: 1 });
  lowerBackends(background, database.address);
  const priorityIn = async (pool: typeof background): Promise<number> => {
    const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
    return getPriority((rows[0] as { pid: number }).pid);
  };
  const ordinary = getPriority();
  expect(await priorityIn(background)).toBe(ordinary + 5);
  expect(await priorityIn(database.pool)).toBe(ordinary);
  await background.end();
});

test("lowerPriority ignores a process that has ended", async () => {
  const child = fork("-", { execArgv: ["-e", ""], silent: true });
  await once(child, "exit");
  expect(() => {
    lowerPriority(child.pid as number);
  }).not.toThrow();
});
