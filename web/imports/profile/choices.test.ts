import { expect, test } from "vitest";
import { fromValue, keyChoices, profileChoices, profileLabel } from "./choices.ts";

const namesOf = (choices: { value: string }[]): string[] => choices.map(({ value }) => fromValue(value));

test("the profiles follow “automatic” and “none”, and every value is not empty", () => {
  const choices = profileChoices(["PrestaShop", "Supplier A"], "");
  expect(namesOf(choices)).toEqual(["", "none", "PrestaShop", "Supplier A"]);
  expect(choices.map(({ label }) => label)).toEqual([
    "Select by the columns of the file",
    "No profile",
    "PrestaShop",
    "Supplier A",
  ]);
  expect(choices.every(({ value }) => value !== "")).toBe(true);
});

test("a chosen profile or column that no longer exists stays in the list", () => {
  expect(namesOf(profileChoices(["PrestaShop"], "Deleted"))).toEqual(["", "none", "PrestaShop", "Deleted"]);
  expect(namesOf(profileChoices(["PrestaShop"], "none"))).toEqual(["", "none", "PrestaShop"]);
  expect(namesOf(keyChoices(["a"], "b"))).toEqual(["", "a", "b"]);
});

test("columns without a name and repeated names are omitted", () => {
  expect(namesOf(keyChoices(["code", "", " ", "code", "name"], "name"))).toEqual(["", "code", "name"]);
});

test("the summary names the chosen profile", () => {
  expect(profileLabel("none")).toBe("No profile");
  expect(profileLabel("Supplier A")).toBe("profile Supplier A");
});
