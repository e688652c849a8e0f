import { expect, test } from "vitest";
import { parseFilter, queryOf } from "./audit-filter.ts";

test("the filter in an address keeps known values and ignores others", () => {
  expect(parseFilter({ action: "signed-in", actor: "ada", from: "2026-11-01", to: "2026-11-30", page: "2" })).toEqual({
    action: "signed-in",
    actor: "ada",
    from: "2026-11-01",
    to: "2026-11-30",
  });
  expect(parseFilter({ action: "flew-away", actor: "", from: "yesterday", to: "2026-13-45" })).toEqual({});
});

test("days become a range of instants that includes the last day, in the time zone of the user", () => {
  const { since, until } = queryOf({ from: "2026-02-28", to: "2026-02-28" });
  expect(since).toBe(new Date(2026, 1, 28).toISOString());
  expect(until).toBe(new Date(2026, 2, 1).toISOString());
  expect(queryOf({ action: "signed-in" })).toEqual({ action: "signed-in" });
});
