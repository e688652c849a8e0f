import { expect, test } from "vitest";
import { markValue } from "./mark-value.ts";

test.each([
  ["A1,maybe,3", "maybe", ["A1,", "maybe", ",3"]],
  ["A1,1,1", "1", ["A1,1,1", "", ""]],
  [",x", "", [",x", "", ""]],
  ["a", null, ["a", "", ""]],
])("%s with %s", (raw, value, [before, fault, after]) => {
  expect(markValue(raw, value)).toEqual({ before, fault, after });
});
