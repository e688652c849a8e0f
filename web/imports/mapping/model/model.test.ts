import { expect, test } from "vitest";
import { blankPolicy, commonPolicy, setBlankPolicy, setCommonPolicy } from "./blank.ts";
import { addRule, conditionOf, conditionsOf, removeRule, ruleOf, type RowRule } from "./conditions.ts";
import { addState, redo, startHistory, undo } from "./history.ts";
import { matches } from "./patterns.ts";
import { valueOf, withSources } from "./values.ts";

const NAMES = ["Image 1", "Image 2", "Name *", "Name x", "EK"];

test.each([
  ["ek", "EK", true],
  ["Image {n}", "image 12", true],
  ["Image {n}", "Image x", false],
  ["Image*", "Image 1", true],
  ["*a*e*", "Image 1", true],
  ["Name *", "Name x", false],
  ["Name *", "Name *", true],
])("the pattern %s and the column %s: %s", (pattern, name, expected) => {
  expect(matches(pattern, name, NAMES)).toBe(expected);
});

test("the blank policy of one column replaces a pattern by the other columns", () => {
  const all = setCommonPolicy({ key: "EK" }, "remove");
  expect(all.blank).toEqual({ remove: ["*"] });
  const one = setBlankPolicy(all, "EK", "reject", NAMES);
  expect(one.blank).toEqual({ remove: NAMES.slice(0, 4), reject: ["EK"] });
  expect(NAMES.map((name) => blankPolicy(one, name, NAMES))).toEqual([
    "remove",
    "remove",
    "remove",
    "remove",
    "reject",
  ]);
  expect(setBlankPolicy(one, "EK", "reject", NAMES)).toBe(one);
  expect([commonPolicy({}), commonPolicy(all), commonPolicy(one)]).toEqual(["keep", "remove", undefined]);
  expect(setCommonPolicy({ blank: { remove: ["*"] } }, "keep")).toEqual({});
});

const RULES: RowRule[] = [
  { column: "EK", relation: "blank", text: "" },
  { column: "EK", relation: "is", text: "Total" },
  { column: "EK", relation: "begins", text: "Stand" },
  { column: "EK", relation: "contains", text: "sum" },
];

test.each(RULES)("the rule %o is a condition and can be read back", (rule) => {
  expect(ruleOf(conditionOf(rule))).toEqual(rule);
});

test("conditions that the form cannot show are not rules; rules are added and removed", () => {
  for (const condition of [
    { blank: ["a", "b"] },
    { of: "a", not: "x" },
    { of: "a", like: "{value:number}" },
    { any: [{ blank: "a" }] },
    { of: { from: "a" }, is: "x" },
  ])
    expect(ruleOf(condition)).toBeUndefined();
  const draft = { key: "EK", ignore: [{ any: [{ blank: "a" }] }] };
  const [rule] = RULES;
  expect(rule && removeRule(addRule(draft, rule), 1)).toEqual(draft);
  expect(removeRule({ ignore: [{ blank: "a" }] }, 0)).toEqual({});
});

test("rules for deletions become one condition, and are added and removed one by one", () => {
  const [blank, total] = RULES as [RowRule, RowRule];
  const one = addRule({ key: "EK" }, total, "delete");
  expect(one).toEqual({ key: "EK", delete_when: { of: "EK", is: "Total" } });
  const two = addRule(one, blank, "delete");
  expect(two.delete_when).toEqual({ any: [{ of: "EK", is: "Total" }, { blank: "EK" }] });
  expect(conditionsOf(two, "delete")).toHaveLength(2);
  expect(removeRule(two, 1, "delete")).toEqual(one);
  expect(removeRule(one, 0, "delete")).toEqual({ key: "EK" });
});

test("undo and redo go through the states; a new state forgets the undone ones", () => {
  let history = addState(addState(startHistory(1), 2), 3);
  history = undo(undo(undo(history)));
  expect(history.present).toBe(1);
  expect(redo(redo(redo(history))).present).toBe(3);
  expect(redo(addState(history, 9)).present).toBe(9);
});

test("values are written in their shortest form", () => {
  expect(valueOf({ from: "a", number: undefined })).toBe("a");
  expect(valueOf({ from: ["a", "b"] })).toEqual(["a", "b"]);
  expect(valueOf({ const: "x" })).toEqual({ const: "x" });
  expect(valueOf(withSources({ from: ["a", "b"], join: "-", need: "all", case: "upper" }, ["b"], "join", "-"))).toEqual(
    {
      from: "b",
      case: "upper",
    },
  );
});
