import { expect, test } from "vitest";
import { RowWindow, type RowPage } from "./row-window.ts";

const PAGE = 200;

/** A page of a list of numbers, as the server would return it. */
function pageOf(rows: number, cursor: string | null): RowPage<number> {
  const position = Number((cursor ?? "0").replace("before ", ""));
  const isBack = cursor?.startsWith("before") ?? false;
  const start = isBack ? Math.max(0, position - PAGE) : position;
  const end = isBack ? position : Math.min(rows, start + PAGE);
  return {
    items: Array.from({ length: end - start }, (_, i) => start + i),
    next_cursor: end < rows ? String(end) : null,
    previous_cursor: start > 0 ? `before ${String(start)}` : null,
  };
}

function loadMissing(window: RowWindow<number>, rows: number, first: number, last: number): number {
  let asked = 0;
  for (let missing = window.missingPages(first, last); missing.length > 0; missing = window.missingPages(first, last)) {
    const { page, cursor } = missing[0] as { page: number; cursor: string | null };
    window.put(page, pageOf(rows, cursor), first, last);
    asked += 1;
  }
  return asked;
}

test("the first page is missing at the start", () => {
  const window = new RowWindow<number>();
  expect(window.missingPages(0, 20)).toEqual([{ page: 0, cursor: null, from: null }]);
  expect(window.is_empty).toBe(false);
  window.put(0, { items: [], next_cursor: null, previous_cursor: null }, 0, 20);
  expect(window.missingPages(0, 20)).toEqual([]);
  expect(window.is_empty).toBe(true);
});

test("pages within a fixed distance of the viewport are loaded, pages farther away are not", () => {
  const window = new RowWindow<number>();
  expect(loadMissing(window, 1_000_000, 0, 30)).toBe(3);
  expect(window.count).toBe(600);
  expect(loadMissing(window, 1_000_000, 10, 40)).toBe(0);
  expect(window.complete).toBe(false);
});

test("a short list is complete", () => {
  const window = new RowWindow<number>();
  loadMissing(window, 450, 0, 30);
  expect([window.count, window.complete, window.rowAt(449), window.rowAt(450)]).toEqual([450, true, 449, undefined]);
});

test("pages far from the viewport are evicted, and loaded again when needed", () => {
  const window = new RowWindow<number>();
  for (let first = 0; first < 20_000; first += 100) loadMissing(window, 1_000_000, first, first + 30);
  expect(window.loaded().length).toBe(60 * PAGE);
  expect(window.rowAt(0)).toBeUndefined();
  expect(window.rowAt(19_900)).toBe(19_900);
  const count = window.count;
  expect(loadMissing(window, 1_000_000, 0, 30)).toBeGreaterThan(0);
  expect([window.rowAt(0), window.rowAt(30), window.count]).toEqual([0, 30, count]);
});

test("rows are replaced and removed in place", () => {
  const window = new RowWindow<number>();
  loadMissing(window, 450, 0, 30);
  window.replace(
    (row) => row === 5,
    () => -5,
  );
  expect(window.rowAt(5)).toBe(-5);
  expect(window.remove((row) => row === 3)).toBe(1);
  expect([window.rowAt(3), window.count, window.rowAt(448)]).toEqual([4, 449, 449]);
});

test("an expired list is reloaded in the viewport; new rows move the rows below them", () => {
  const window = new RowWindow<number>();
  for (let first = 0; first < 2000; first += 100) loadMissing(window, 10_000, first, first + 30);
  window.expire();
  expect(window.rowAt(1000)).toBe(1000);
  expect(loadMissing(window, 10_000, 1000, 1030)).toBeLessThan(6);
  expect(window.rowAt(1000)).toBe(1000);

  window.expire();
  const [{ page, cursor }] = window.missingPages(1000, 1030) as [{ page: number; cursor: string }];
  const fresh = pageOf(10_000, cursor);
  const items = [-1, ...fresh.items.slice(0, -1)];
  window.put(page, { ...fresh, items, next_cursor: String(Number(cursor) + 199) }, 1000, 1030);
  expect(window.rowAt(Number(cursor) + 1)).toBe(Number(cursor));
  loadMissing(window, 10_000, 1000, 1300);
  expect(window.rowAt(1300)).toBe(1299);
});

test("a list that has grown beyond its end is no longer complete", () => {
  const window = new RowWindow<number>();
  loadMissing(window, 200, 0, 30);
  expect(window.complete).toBe(true);
  window.expire();
  window.put(0, pageOf(250, null), 0, 30);
  expect(window.complete).toBe(false);
  loadMissing(window, 250, 0, 30);
  expect([window.complete, window.count]).toEqual([true, 250]);
});

/** Scrolls like the grid: the viewport moves when row numbers change. */
function scrollThrough(window: RowWindow<number>, rows: number, first: number, steps: number): number {
  let at = first;
  for (let step = 0; ; step += 1) {
    for (
      let missing = window.missingPages(at, at + 30);
      missing.length > 0;
      missing = window.missingPages(at, at + 30)
    ) {
      const { page, cursor } = missing[0] as { page: number; cursor: string | null };
      at += window.put(page, pageOf(rows, cursor), at, at + 30);
    }
    if (step === Math.abs(steps)) return at;
    at = Math.max(0, at + Math.sign(steps) * 100);
  }
}

test("if reading begins in the middle of a list, it continues in both directions, with estimated row numbers", () => {
  const window = new RowWindow<number>({ cursor: "5000", row: 4900 });
  const at = scrollThrough(window, 10_000, 4900, 0);
  expect([at, window.rowAt(4900), window.rowAt(4899), window.rowAt(5000)]).toEqual([4900, 5000, 4999, 5100]);
  expect([window.is_whole, window.complete]).toEqual([false, false]);
  // There are 100 more rows before the first loaded page than estimated.
  const up = scrollThrough(window, 10_000, at, -80);
  expect([window.first, window.rowAt(0), window.rowAt(up)]).toEqual([0, 0, up]);
  scrollThrough(window, 10_000, 0, 110);
  expect([window.is_whole, window.count]).toEqual([true, 10_000]);
});

test("if there are fewer rows before the first loaded page than estimated, all rows move up once the start is reached", () => {
  const window = new RowWindow<number>({ cursor: "1000", row: 3000 });
  let at = scrollThrough(window, 10_000, 3000, 0);
  expect(window.rowAt(at)).toBe(1000);
  at = scrollThrough(window, 10_000, at, -20);
  expect([window.first, window.rowAt(0), window.rowAt(at)]).toEqual([0, 0, at]);
});

test("correcting the estimate moves all rows; exact row numbers do not move", () => {
  const window = new RowWindow<number>({ cursor: null, from: "SKU", row: 0 });
  expect(window.missingPages(0, 30)).toEqual([{ page: 0, cursor: null, from: "SKU" }]);
  expect(window.put(0, pageOf(10_000, "5000"), 0, 30)).toBe(0);
  expect(window.put(-1, pageOf(10_000, "before 5000"), 0, 30)).toBe(200);
  expect(window.rowAt(200)).toBe(5000);
  expect(window.rebase(4800)).toBe(4800);
  expect(window.rowAt(5000)).toBe(5000);
  const whole = new RowWindow<number>();
  whole.put(0, pageOf(100, null), 0, 30);
  expect([whole.rebase(50), whole.is_whole]).toEqual([0, true]);
});

test("only rows far from the known rows require reading from a new position", () => {
  const window = new RowWindow<number>({ cursor: "5000", row: 5000 });
  scrollThrough(window, 10_000, 5000, 0);
  const { first, count } = window;
  expect([window.isFar(first - 100, first - 70), window.isFar(count + 100, count + 130)]).toEqual([false, false]);
  expect([window.isFar(first - 1000, first - 970), window.isFar(count + 1000, count + 1030)]).toEqual([true, true]);
});

test("reloading a changed page drops the pages before it", () => {
  const window = new RowWindow<number>({ cursor: "5000", row: 5000 });
  const at = scrollThrough(window, 10_000, 5000, -5);
  window.expire();
  const wanted = window.missingPages(at, at + 30)[0] as { page: number; cursor: string };
  const fresh = pageOf(10_000, wanted.cursor);
  // The reloaded page contains a new row. The page still ends at the same row, so it starts one row later.
  const position = Number(wanted.cursor.replace("before ", ""));
  const items = [...fresh.items.slice(1), -1];
  window.put(wanted.page, { ...fresh, items, previous_cursor: `before ${String(position - PAGE + 1)}` }, at, at + 30);
  expect(window.rowAt(position - 1)).toBe(-1);
  const [before] = window.missingPages(window.first, window.first + 30).filter(({ page }) => page === -1);
  expect(before?.cursor).toBe(`before ${String(position - PAGE + 1)}`);
});
