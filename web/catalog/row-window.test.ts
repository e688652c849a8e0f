import { expect, test } from "vitest";
import { RowWindow, type RowPage } from "./row-window.ts";

const PAGE = 200;

/** A list of numbers as the server would give it. */
function pageOf(rows: number, cursor: string | null): RowPage<number> {
  const start = Number(cursor ?? 0);
  const end = Math.min(rows, start + PAGE);
  return {
    items: Array.from({ length: end - start }, (_, i) => start + i),
    next_cursor: end < rows ? String(end) : null,
  };
}

function loadWanted(window: RowWindow<number>, rows: number, first: number, last: number): number {
  let asked = 0;
  for (let wanted = window.wanted(first, last); wanted.length > 0; wanted = window.wanted(first, last)) {
    const { page, cursor } = wanted[0] as { page: number; cursor: string | null };
    window.put(page, pageOf(rows, cursor), first, last);
    asked += 1;
  }
  return asked;
}

test("the first page is wanted before anything is known", () => {
  const window = new RowWindow<number>();
  expect(window.wanted(0, 20)).toEqual([{ page: 0, cursor: null }]);
  expect(window.is_empty).toBe(false);
  window.put(0, { items: [], next_cursor: null }, 0, 20);
  expect(window.wanted(0, 20)).toEqual([]);
  expect(window.is_empty).toBe(true);
});

test("what comes into sight is loaded ahead, and not more", () => {
  const window = new RowWindow<number>();
  expect(loadWanted(window, 1_000_000, 0, 30)).toBe(3);
  expect(window.count).toBe(600);
  expect(loadWanted(window, 1_000_000, 10, 40)).toBe(0);
  expect(window.complete).toBe(false);
});

test("a short list is complete", () => {
  const window = new RowWindow<number>();
  loadWanted(window, 450, 0, 30);
  expect([window.count, window.complete, window.rowAt(449), window.rowAt(450)]).toEqual([450, true, 449, undefined]);
});

test("pages far from sight are let go, and come back when they are looked at", () => {
  const window = new RowWindow<number>();
  for (let first = 0; first < 20_000; first += 100) loadWanted(window, 1_000_000, first, first + 30);
  expect(window.loaded().length).toBe(60 * PAGE);
  expect(window.rowAt(0)).toBeUndefined();
  expect(window.rowAt(19_900)).toBe(19_900);
  const count = window.count;
  expect(loadWanted(window, 1_000_000, 0, 30)).toBeGreaterThan(0);
  expect([window.rowAt(0), window.rowAt(30), window.count]).toEqual([0, 30, count]);
});

test("rows are replaced and taken out in place", () => {
  const window = new RowWindow<number>();
  loadWanted(window, 450, 0, 30);
  window.replace(
    (row) => row === 5,
    () => -5,
  );
  expect(window.rowAt(5)).toBe(-5);
  expect(window.remove((row) => row === 3)).toBe(1);
  expect([window.rowAt(3), window.count, window.indexOf((row) => row === 449)]).toEqual([4, 449, 448]);
});

test("an expired list is loaded again where it is looked at; rows that came meanwhile move those below", () => {
  const window = new RowWindow<number>();
  for (let first = 0; first < 2000; first += 100) loadWanted(window, 10_000, first, first + 30);
  window.expire();
  expect(window.rowAt(1000)).toBe(1000);
  expect(loadWanted(window, 10_000, 1000, 1030)).toBeLessThan(6);
  expect(window.rowAt(1000)).toBe(1000);

  window.expire();
  const [{ page, cursor }] = window.wanted(1000, 1030) as [{ page: number; cursor: string }];
  const fresh = pageOf(10_000, cursor);
  window.put(page, { items: [-1, ...fresh.items.slice(0, -1)], next_cursor: String(Number(cursor) + 199) }, 1000, 1030);
  expect(window.rowAt(Number(cursor) + 1)).toBe(Number(cursor));
  loadWanted(window, 10_000, 1000, 1300);
  expect(window.rowAt(1300)).toBe(1299);
});

test("a list that has grown past its end is not complete any more", () => {
  const window = new RowWindow<number>();
  loadWanted(window, 200, 0, 30);
  expect(window.complete).toBe(true);
  window.expire();
  window.put(0, pageOf(250, null), 0, 30);
  expect(window.complete).toBe(false);
  loadWanted(window, 250, 0, 30);
  expect([window.complete, window.count]).toEqual([true, 250]);
});
