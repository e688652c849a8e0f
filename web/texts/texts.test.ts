import { expect, test } from "vitest";
import { german } from "./de.ts";
import { english } from "./en.ts";
import { i18n, t, tn } from "./t.ts";

type Tree = { [key: string]: string | Tree };

const leaves = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value]] : leaves(value, `${path}${key}.`),
  );
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name))].toSorted();
const forms = (text: string): number => text.split(" | ").length;

const translated = Object.fromEntries(leaves(german));

test.each(leaves(english))("%s says the same in every language", (key, text) => {
  const other = translated[key];
  expect(other, `${key} is missing`).toBeTypeOf("string");
  expect(other).not.toBe("");
  expect(placeholders(other ?? "")).toEqual(placeholders(text));
  expect(forms(other ?? "")).toBe(forms(text));
});

test("no language has texts that English lacks", () => {
  expect(Object.keys(translated)).toEqual(leaves(english).map(([key]) => key));
});

test("every text can be interpreted, with and without its placeholders", () => {
  i18n.global.setLocaleMessage("de", german);
  for (const language of ["en", "de"] as const) {
    i18n.global.locale.value = language;
    for (const [key, text] of leaves(language === "en" ? english : german)) {
      const values = Object.fromEntries(placeholders(text).map((name) => [name, `<${name}>`]));
      const said = i18n.global.t(key, values, 2);
      expect(said, key).not.toBe(key);
      expect(said, key).not.toMatch(/\{\w+\}/);
    }
  }
  i18n.global.locale.value = "en";
});

test("a text takes its placeholders, a plural its count", () => {
  expect(t("shell.help.go_to", { section: "Imports" })).toBe("Go to Imports");
  expect([0, 1, 2, 1234].map((count) => tn("ui.rows", count))).toEqual(["0 rows", "1 row", "2 rows", "1,234 rows"]);
});
