import { expect, test } from "vitest";
import { rowsInSight, scrollMap, scrollToRow } from "./scroll-map.ts";

test("below the cap a pixel is a pixel", () => {
  const map = scrollMap(1000, 40, 400);
  expect(map).toEqual({ height: 40_000, scale: 1 });
  expect(rowsInSight(map, 0, 1000, 40, 400)).toEqual({ first: 0, end: 11, shift: 0 });
  expect(rowsInSight(map, 50, 1000, 40, 400)).toEqual({ first: 1, end: 12, shift: 10 });
  expect(rowsInSight(map, 39_600, 1000, 40, 400)).toEqual({ first: 990, end: 1000, shift: 0 });
});

test("beyond the cap both ends are reached all the same", () => {
  const map = scrollMap(3_000_000, 40, 400);
  expect(map.height).toBe(8_000_000);
  expect(rowsInSight(map, 0, 3_000_000, 40, 400).first).toBe(0);
  expect(rowsInSight(map, map.height - 400, 3_000_000, 40, 400)).toMatchObject({ first: 2_999_990, end: 3_000_000 });
});

test("a list shorter than the screen does not move", () => {
  expect(rowsInSight(scrollMap(3, 40, 400), 120, 3, 40, 400)).toEqual({ first: 0, end: 3, shift: 0 });
});

test("a row is brought into sight by the shortest way", () => {
  const map = scrollMap(1000, 40, 400);
  expect(scrollToRow(map, 0, 5, 40, 400)).toBe(0);
  expect(scrollToRow(map, 0, 10, 40, 400)).toBe(40);
  expect(scrollToRow(map, 1000, 10, 40, 400)).toBe(400);
});
