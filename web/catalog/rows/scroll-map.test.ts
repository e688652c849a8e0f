import { expect, test } from "vitest";
import { completeRows, rowsInViewport, scrolled, scrollMap, scrollToRow } from "./scroll-map.ts";

test("in a short list the scrollbar moves rows pixel by pixel", () => {
  const map = scrollMap(1000, 40, 400);
  expect(map).toEqual({ height: 40_000, scale: 1 });
  expect(rowsInViewport(0, 1000, 40, 400)).toEqual({ first: 0, end: 11, shift: 0 });
  expect(rowsInViewport(50, 1000, 40, 400)).toEqual({ first: 1, end: 12, shift: 10 });
  expect(rowsInViewport(39_600, 1000, 40, 400)).toEqual({ first: 990, end: 1000, shift: 0 });
});

test("in a list beyond the height limit the scrollbar reaches both ends", () => {
  const map = scrollMap(3_000_000, 40, 400);
  expect(map.height).toBe(8_000_000);
  expect(rowsInViewport(0, 3_000_000, 40, 400).first).toBe(0);
  expect(rowsInViewport((map.height - 400) * map.scale, 3_000_000, 40, 400)).toMatchObject({
    first: 2_999_990,
    end: 3_000_000,
  });
});

test("a list shorter than the viewport does not scroll", () => {
  expect(rowsInViewport(120, 3, 40, 400)).toEqual({ first: 0, end: 3, shift: 0 });
});

test("only completely visible rows count for the position", () => {
  expect(completeRows(0, 1000, 40, 400)).toEqual({ first: 0, end: 10 });
  expect(completeRows(50, 1000, 40, 405)).toEqual({ first: 2, end: 11 });
  expect(completeRows(39_600, 1000, 40, 400)).toEqual({ first: 990, end: 1000 });
  expect(completeRows(0, 3, 40, 400)).toEqual({ first: 0, end: 3 });
  expect(completeRows(60, 1000, 40, 30)).toEqual({ first: 2, end: 3 });
  expect(completeRows(0, 0, 40, 400)).toEqual({ first: 0, end: 0 });
});

test("scrolling to a row moves no farther than needed", () => {
  expect(scrollToRow(0, 5, 40, 400)).toBe(0);
  expect(scrollToRow(0, 10, 40, 400)).toBe(40);
  expect(scrollToRow(1000, 10, 40, 400)).toBe(400);
});

test("the wheel moves rows pixel by pixel in any list; a dragged scrollbar shows the rows at its position", () => {
  const [small, large] = [scrollMap(1000, 40, 400), scrollMap(3_000_000, 40, 400)];
  expect(scrolled({ map: small, above_px: 0, viewport_px: 400 }, 0, 9000)).toBe(9000);
  expect(scrolled({ map: large, above_px: 50_000, viewport_px: 400 }, 3333, 3433)).toBe(50_100);
  const dragged = scrolled({ map: large, above_px: 50_000, viewport_px: 400 }, 3333, 4_000_000);
  expect(dragged).toBeCloseTo(4_000_000 * large.scale);
});
