// The response to a commit is lost. If the client repeats its request, the server must not do the work twice.
import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { withCertainCommit } from "../../src/db/connection/certain-commit.ts";
import { createPool, isTransient } from "../../src/db/connection/connect.ts";
import { createTestDatabase } from "../support/database.ts";
import { createOperationApp } from "../support/operation-app.ts";
import { startProxy } from "../support/network/proxy.ts";

const database = await createTestDatabase();
const proxy = await startProxy(database.address);
const pool = createPool({ url: proxy.url() }, { application_name: "skuport test", max: 5 });
afterAll(async () => {
  await pool.end();
  await proxy.close();
});
await database.pool.query("create table written (n int primary key)");
beforeEach(() => database.pool.query("truncate written"));

const written = async (): Promise<number[]> =>
  (await database.pool.query<{ n: number }>("select n from written order by n")).rows.map(({ n }) => n);

test("a commit without a response succeeds if PostgreSQL has committed", async () => {
  const lost = proxy.lost_answers;
  proxy.loseAnswers("commit");
  const result = await withCertainCommit(pool, async (client) => {
    await client.query("insert into written values (1)");
    return "result";
  });
  expect([result, proxy.lost_answers - lost, await written()]).toEqual(["result", 1, [1]]);
});

test("if the connection is lost before the commit, the transaction throws an error, and nothing is written", async () => {
  const work = withCertainCommit(pool, async (client) => {
    await client.query("insert into written values (2)");
    proxy.cut();
  });
  await expect(work).rejects.toSatisfy(isTransient);
  expect(await written()).toEqual([]);
});

test("an error in the transaction rolls it back, and the connection is reused", async () => {
  const work = withCertainCommit(pool, async (client) => {
    await client.query("insert into written values (3)");
    throw new Error("no");
  });
  await expect(work).rejects.toThrow("no");
  expect(await written()).toEqual([]);
  await withCertainCommit(pool, (client) => client.query("insert into written values (4)"));
  expect(await written()).toEqual([4]);
});

test("a bulk change whose commit gets no response starts once, even if the request is repeated", async () => {
  const { app, finish, context } = await createOperationApp({ ...database, pool });
  const headers = { "idempotency-key": randomUUID() };
  const payload = { action: "set", filter: {}, set: { description: "once" } };
  const send = () => app.inject({ method: "POST", url: "/api/products/bulk", headers, payload });
  await database.pool.query("truncate operations, changesets cascade");
  const lost = proxy.lost_answers;
  proxy.loseAnswers("commit");
  const first = await send();
  const second = await send();
  expect([proxy.lost_answers - lost, first.statusCode, second.statusCode]).toEqual([1, 202, 202]);
  expect(second.json()).toEqual(first.json());
  await finish(first.json<{ id: number }>().id);
  const { rows } = await context.pool.query("select count(*)::int as operations from operations");
  expect(rows).toEqual([{ operations: 1 }]);
});
