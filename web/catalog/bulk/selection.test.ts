import { expect, test } from "vitest";
import { addRange, EVERYTHING, headerState, isSelected, NOTHING, toggle, toggleLoaded } from "./selection.ts";

const LOADED = ["a", "b", "c"];

test("a product is selected and taken out again", () => {
  const one = toggle(NOTHING, "a", LOADED);
  expect(isSelected(one, "a")).toBe(true);
  expect(isSelected(toggle(one, "a", LOADED), "a")).toBe(false);
  expect(isSelected(NOTHING, "a")).toBe(false);
});

test("all that match includes what is not loaded; without one of them only the loaded ones remain", () => {
  expect(isSelected(EVERYTHING, "not loaded")).toBe(true);
  const without = toggle(EVERYTHING, "b", LOADED);
  expect([without.all, [...without.skus]]).toEqual([false, ["a", "c"]]);
});

test("the header's checkbox tells none, some and all of what is loaded", () => {
  expect(headerState(NOTHING, LOADED)).toBe(false);
  expect(headerState(addRange(NOTHING, ["a"]), LOADED)).toBe("mixed");
  expect(headerState(addRange(NOTHING, ["x"]), LOADED)).toBe("mixed");
  const loaded = toggleLoaded(NOTHING, LOADED);
  expect(headerState(loaded, LOADED)).toBe(true);
  expect(toggleLoaded(loaded, LOADED)).toBe(NOTHING);
  expect(headerState(NOTHING, [])).toBe(false);
});
