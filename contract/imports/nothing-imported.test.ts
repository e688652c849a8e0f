import { expect, test } from "vitest";
import { isNothingApplied, isNothingImported } from "./nothing-imported.ts";
import type { ProblemDocument } from "../problem-document.ts";

const none = { created: 0, updated: 0, unchanged: 0, deleted: 0 };
const problemOf = (slug: string): ProblemDocument => ({
  type: `/problems/${slug}`,
  title: "",
  status: 422,
  detail: "",
});

test("nothing was applied if no row was created, updated or already up to date", () => {
  expect(isNothingApplied(none)).toBe(true);
  for (const name of ["created", "updated", "unchanged", "deleted"] as const)
    expect(isNothingApplied({ ...none, [name]: 1 })).toBe(false);
});

test.each([
  ["failed", problemOf("nothing-imported"), none, true],
  ["failed", problemOf("rejected-rows"), none, false],
  ["failed", problemOf("worker-died"), { ...none, created: 3 }, false],
  ["done", null, none, true], // stored by an earlier version
  ["done", null, { ...none, unchanged: 466_693 }, false],
  ["cancelled", null, none, false],
  ["loading", null, none, false],
] as const)(
  "an import that is %s with the problem %j and the counts %j imported nothing: %s",
  (state, problem, counts, expected) => {
    expect(isNothingImported({ ...counts, state, problem })).toBe(expected);
  },
);
