import { expect, test } from "vitest";
import { groupByDay } from "./group-by-day.ts";

const at = (...parts: [number, number, number, number]) => {
  const [year, month, day, hour] = parts;
  return { started_at: new Date(year, month - 1, day, hour).toISOString() };
};

test("neighbouring items of the same local day form a group, in their order", () => {
  const items = [at(2026, 3, 2, 23), at(2026, 3, 2, 0), at(2026, 3, 1, 23), at(2025, 3, 1, 1)];
  expect(groupByDay(items).map(({ date, items: group }) => [date.getDate(), group.length])).toEqual([
    [2, 2],
    [1, 1],
    [1, 1],
  ]);
  expect(groupByDay(items).flatMap(({ items: group }) => group)).toEqual(items);
  expect(groupByDay([])).toEqual([]);
});
