import { expect, test } from "vitest";
import { parseWhoAndWhen, queryOf } from "./who-and-when.ts";

test("the filter in an address keeps known values and ignores others", () => {
  expect(parseWhoAndWhen({ actor: "ada", from: "2026-11-01", to: "2026-11-30", page: "2" })).toEqual({
    actor: "ada",
    from: "2026-11-01",
    to: "2026-11-30",
  });
  expect(parseWhoAndWhen({ actor: "", from: "yesterday", to: "2026-13-45" })).toEqual({});
});

test("days become a range of instants that includes the last day, in the time zone of the user", () => {
  const { since, until } = queryOf({ from: "2026-02-28", to: "2026-02-28" });
  expect(since).toBe(new Date(2026, 1, 28).toISOString());
  expect(until).toBe(new Date(2026, 2, 1).toISOString());
  expect(queryOf({ actor: "ada", kind: "edit" })).toEqual({ actor: "ada", kind: "edit" });
});
