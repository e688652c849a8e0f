import fc from "fast-check";
import { expect, test } from "vitest";
import { resultParts } from "./result.ts";

test("the parts always add up to the number of rows", () => {
  const count = fc.nat(1_000_000);
  const counts = fc.record({
    created: count,
    updated: count,
    unchanged: count,
    deleted: count,
    adds: count,
    superseded: count,
    rejected: count,
    ignored: count,
  });
  fc.assert(
    fc.property(counts, count, fc.constantFrom("loading" as const, "done" as const), (given, open, state) => {
      const rows = Object.values(given).reduce((sum, part) => sum + part, open);
      const parts = resultParts({ ...given, rows, state });
      expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(rows);
    }),
  );
});

test("rows that a cancelled import did not reach are a part of their own", () => {
  const parts = resultParts({
    state: "cancelled",
    rows: 10,
    created: 4,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    adds: 0,
    superseded: 0,
    rejected: 1,
    ignored: 0,
  });
  expect(parts.at(-1)).toMatchObject({ key: "pending", label: "Not imported", count: 5 });
  expect(parts.map(({ key }) => key)).not.toContain("deleted");
});
