import { effectScope, nextTick, ref } from "vue";
import { expect, onTestFinished, test } from "vitest";
import { usePagedList, type Page } from "./use-paged-list.ts";

const PAGE = 3;

/** A list over an array of numbers; the cursor is the last number of the previous page. */
function startList(rows: number[]) {
  const server = { rows, requests: 0, fails: false };
  const filter = ref({ even: false });
  const load = async ({ even }: { even: boolean }, cursor: string | undefined): Promise<Page<number>> => {
    server.requests += 1;
    await Promise.resolve();
    if (server.fails) throw new Error("out of order");
    const all = server.rows.filter((row) => !even || row % 2 === 0);
    const rest = cursor === undefined ? all : all.filter((row) => row > Number(cursor));
    const items = rest.slice(0, PAGE);
    return { items, next_cursor: rest.length > PAGE ? String(items.at(-1)) : null };
  };
  const scope = effectScope();
  onTestFinished(() => {
    scope.stop();
  });
  const list = scope.run(() => usePagedList({ load, filter, keyOf: (row) => row, schedule: () => undefined }));
  if (!list) throw new Error("the scope has ended");
  return { ...list, server, filter };
}

test("a list is loaded page by page, to its end", async () => {
  const { items, state, has_more, more, refresh } = startList([1, 2, 3, 4, 5]);
  expect(state.value).toBe("loading");
  await refresh();
  expect([state.value, items.value, has_more.value]).toEqual(["ready", [1, 2, 3], true]);
  await more();
  expect([items.value, has_more.value]).toEqual([[1, 2, 3, 4, 5], false]);
});

test("a refresh inserts new items and keeps the pages loaded after the first one", async () => {
  const { items, has_more, more, refresh, server } = startList([2, 3, 4, 5, 6, 7, 8]);
  await refresh();
  await more();
  server.rows = [1, ...server.rows];
  await refresh();
  expect(items.value).toEqual([1, 2, 3, 4, 5, 6, 7]);
  await more();
  expect([items.value, has_more.value]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], false]);
});

test("a refresh keeps only the first page if the other loaded items no longer follow it, or if it is now the last page", async () => {
  const { items, has_more, more, refresh, server } = startList([10, 11, 12, 13, 14, 15]);
  await refresh();
  await more();
  server.rows = [1, 2, 3, 4, ...server.rows];
  await refresh();
  expect([items.value, has_more.value]).toEqual([[1, 2, 3], true]);
  await more();
  server.rows = [1, 2];
  await refresh();
  expect([items.value, has_more.value]).toEqual([[1, 2], false]);
});

test("another filter starts the list again; a next page that arrives late is dropped", async () => {
  const { items, state, filter, more, refresh } = startList([1, 2, 3, 4, 5, 6]);
  await refresh();
  const late = more();
  filter.value = { even: true };
  await nextTick();
  expect([state.value, items.value]).toEqual(["loading", [1, 2, 3]]);
  await late;
  await expect.poll(() => items.value).toEqual([2, 4, 6]);
  expect(state.value).toBe("ready");
});

test("an equal filter changes nothing", async () => {
  const { filter, refresh, server } = startList([1]);
  await refresh();
  filter.value = { even: false };
  await nextTick();
  expect(server.requests).toBe(1);
});

test("a failure is reported; a list that was loaded before stays", async () => {
  const { items, state, error, refresh, server } = startList([1, 2]);
  server.fails = true;
  await refresh();
  expect([state.value, error.value?.message]).toEqual(["failed", "out of order"]);
  server.fails = false;
  await refresh();
  expect([state.value, error.value]).toEqual(["ready", null]);
  server.fails = true;
  await refresh();
  expect([state.value, items.value, error.value?.message]).toEqual(["ready", [1, 2], "out of order"]);
});
