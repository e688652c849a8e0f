import { expect, test } from "vitest";
import { keyCaps, nameOf } from "./shortcuts.ts";

const press = (key: string, held: Partial<Parameters<typeof nameOf>[0]> = {}) =>
  nameOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held });

test.each([
  [press("k", { ctrlKey: true }), "mod+k"],
  [press("K", { metaKey: true, shiftKey: true }), "mod+shift+k"],
  [press("X", { shiftKey: true }), "shift+x"],
  // Only some keyboards need Shift for `?`, so the press has the same name with and without Shift.
  [press("?", { shiftKey: true }), "?"],
  [press("/"), "/"],
  [press(" "), "space"],
  [press("ArrowDown", { shiftKey: true }), "shift+arrowdown"],
])("a key press is named %s", (name, expected) => {
  expect(name).toBe(expected);
});

test("shortcuts are shown as key caps", () => {
  expect(keyCaps("g p")).toEqual([["G"], ["P"]]);
  expect(keyCaps("shift+arrowdown")).toEqual([["Shift", "↓"]]);
});
