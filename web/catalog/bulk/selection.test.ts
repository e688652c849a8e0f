import { expect, test } from "vitest";
import { addRange, EVERYTHING, headerState, isSelected, NOTHING, toggle, toggleLoaded } from "./selection.ts";

const LOADED = ["a", "b", "c"];

test("a product is selected and deselected", () => {
  const one = toggle(NOTHING, "a", LOADED);
  expect(isSelected(one, "a")).toBe(true);
  expect(isSelected(toggle(one, "a", LOADED), "a")).toBe(false);
  expect(isSelected(NOTHING, "a")).toBe(false);
});

test("selecting everything includes rows that are not loaded; deselecting one leaves the loaded rows", () => {
  expect(isSelected(EVERYTHING, "not loaded")).toBe(true);
  const without = toggle(EVERYTHING, "b", LOADED);
  expect([without.all, [...without.skus]]).toEqual([false, ["a", "c"]]);
});

test("the header's checkbox shows whether none, some or all loaded rows are selected", () => {
  expect(headerState(NOTHING, LOADED)).toBe(false);
  expect(headerState(addRange(NOTHING, ["a"]), LOADED)).toBe("mixed");
  expect(headerState(addRange(NOTHING, ["x"]), LOADED)).toBe("mixed");
  const loaded = toggleLoaded(NOTHING, LOADED);
  expect(headerState(loaded, LOADED)).toBe(true);
  expect(toggleLoaded(loaded, LOADED)).toBe(NOTHING);
  expect(headerState(NOTHING, [])).toBe(false);
});
