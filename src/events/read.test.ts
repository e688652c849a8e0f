import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../tests/support/database.ts";
import { emitEvents } from "./emit.ts";
import { eventBounds, assignPositions, purgeEvents, readEvents } from "./read.ts";
import type { Queryable } from "../db/connection/connect.ts";

const { pool } = await createTestDatabase();

beforeEach(() => pool.query("truncate events restart identity"));

const emit = (db: Queryable, id: number): Promise<void> =>
  emitEvents(db, [
    {
      type: "product.deleted",
      changeset_id: null,
      data: { id, sku: "a", version: 2, changeset_id: null, actor: "test" },
    },
  ]);
async function read(after: number): Promise<{ ids: unknown[]; last: number }> {
  await assignPositions(pool);
  const events = await readEvents(pool, after, 1000);
  return { ids: events.map(({ data }) => data["id"]), last: events.at(-1)?.position ?? after };
}

test("an event that is committed late gets a late position, and readers skip no event", async () => {
  const slow = await pool.connect();
  await slow.query("begin");
  await emit(slow, 1);
  await emit(pool, 2);
  const first = await read(0);
  expect(first.ids).toEqual([2]);
  await emit(pool, 3);
  await slow.query("commit");
  slow.release();
  const second = await read(first.last);
  expect(second.ids).toEqual([1, 3]);
  expect((await read(second.last)).ids).toEqual([]);
});

test("with many concurrent writers and readers, every reader gets every event once, in the same order as all other readers", async () => {
  const TOTAL = 300;
  let done = false;
  const write = Promise.all(
    Array.from({ length: 6 }, async (_, writer) => {
      for (let i = 0; i < TOTAL / 6; i++) await emit(pool, writer * 1000 + i);
    }),
  ).finally(() => (done = true));
  const readers = Array.from({ length: 3 }, async () => {
    const got: unknown[] = [];
    for (let last = 0, wasDone = false; ;) {
      wasDone = done;
      const next = await read(last);
      got.push(...next.ids);
      last = next.last;
      if (wasDone && next.ids.length === 0) return got;
    }
  });
  await write;
  const [a, b, c] = await Promise.all(readers);
  expect(new Set(a).size).toBe(TOTAL);
  expect(a).toHaveLength(TOTAL);
  expect(b).toEqual(a);
  expect(c).toEqual(a);
});

test("old events are purged in batches", async () => {
  await pool.query(
    `insert into events (type, data, at)
     select 'product.deleted', '{}', now() - make_interval(days => (i - 1) / 200) from generate_series(1, 12000) i`,
  );
  expect(await purgeEvents(pool, 30)).toBe(12000 - 30 * 200);
  expect(await eventBounds(pool)).toEqual({ oldest: 1, newest: 6000 });
  expect(await purgeEvents(pool, 30)).toBe(0);
  await pool.query("update events set at = at - interval '1 year'");
  await purgeEvents(pool, 30);
  expect(await eventBounds(pool)).toEqual({ oldest: 12001, newest: 12000 });
});
