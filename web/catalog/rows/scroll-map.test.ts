import { expect, test } from "vitest";
import { rowsInViewport, scrolled, scrollMap, scrollToRow } from "./scroll-map.ts";

test("below the cap a pixel is a pixel", () => {
  const map = scrollMap(1000, 40, 400);
  expect(map).toEqual({ height: 40_000, scale: 1 });
  expect(rowsInViewport(0, 1000, 40, 400)).toEqual({ first: 0, end: 11, shift: 0 });
  expect(rowsInViewport(50, 1000, 40, 400)).toEqual({ first: 1, end: 12, shift: 10 });
  expect(rowsInViewport(39_600, 1000, 40, 400)).toEqual({ first: 990, end: 1000, shift: 0 });
});

test("beyond the cap both ends are reached all the same", () => {
  const map = scrollMap(3_000_000, 40, 400);
  expect(map.height).toBe(8_000_000);
  expect(rowsInViewport(0, 3_000_000, 40, 400).first).toBe(0);
  expect(rowsInViewport((map.height - 400) * map.scale, 3_000_000, 40, 400)).toMatchObject({
    first: 2_999_990,
    end: 3_000_000,
  });
});

test("a list shorter than the screen does not move", () => {
  expect(rowsInViewport(120, 3, 40, 400)).toEqual({ first: 0, end: 3, shift: 0 });
});

test("a row is brought into sight by the shortest way", () => {
  expect(scrollToRow(0, 5, 40, 400)).toBe(0);
  expect(scrollToRow(0, 10, 40, 400)).toBe(40);
  expect(scrollToRow(1000, 10, 40, 400)).toBe(400);
});

test("a wheel moves rows by its pixels however many there are; a dragged scrollbar leads to where it is", () => {
  const [small, large] = [scrollMap(1000, 40, 400), scrollMap(3_000_000, 40, 400)];
  expect(scrolled(small, 0, 0, 9000, 400)).toBe(9000);
  expect(scrolled(large, 50_000, 3333, 3433, 400)).toBe(50_100);
  expect(scrolled(large, 50_000, 3333, 4_000_000, 400)).toBeCloseTo(4_000_000 * large.scale);
});
