import { expect, test } from "vitest";
import { parseFilter } from "./audit-filter.ts";

test("the filter in an address keeps a known action and ignores others", () => {
  expect(parseFilter({ action: "signed-in", actor: "ada" })).toEqual({ action: "signed-in", actor: "ada" });
  expect(parseFilter({ action: "flew-away", from: "2026-11-01" })).toEqual({ from: "2026-11-01" });
});
