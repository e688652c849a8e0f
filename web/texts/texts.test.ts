// Compares the languages with each other, and with the values of the contract that the page displays.
import { expect, test } from "vitest";
import { CHANGES } from "../../contract/catalog/edit-products.ts";
import { CHANGESET_KINDS } from "../../contract/changesets/changeset-kinds.ts";
import { CONFLICTS, UNDO_POLICIES } from "../../contract/changesets/operations.ts";
import { COLUMN_TARGETS, MODES, REJECT_CODES, REPEATS, WAIT_REASONS } from "../../contract/imports/imports.ts";
import { IMPORT_STATES } from "../../contract/imports/import-names.ts";
import { PROBLEMS } from "../../contract/problems.ts";
import { ATTEMPT_ERRORS, DELIVERY_STATES } from "../../contract/webhooks/deliveries.ts";
import { EVENT_TYPES } from "../../contract/webhooks/event-types.ts";
import { DISABLED_REASONS, VOLUMES, WEBHOOK_STATUSES } from "../../contract/webhooks/webhooks.ts";
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

test.each(leaves(english))("%s has the same placeholders and plural forms in every language", (key, text) => {
  const translation = translated[key];
  expect(translation, `${key} is missing`).toBeTypeOf("string");
  expect(translation).not.toBe("");
  expect(placeholders(translation ?? "")).toEqual(placeholders(text));
  expect(forms(translation ?? "")).toBe(forms(text));
});

test("every language has exactly the keys of English", () => {
  expect(Object.keys(translated)).toEqual(leaves(english).map(([key]) => key));
});

test("vue-i18n can interpret every text and replaces all placeholders", () => {
  i18n.global.setLocaleMessage("de", german);
  for (const language of ["en", "de"] as const) {
    i18n.global.locale.value = language;
    for (const [key, text] of leaves(language === "en" ? english : german)) {
      const values = Object.fromEntries(placeholders(text).map((name) => [name, `<${name}>`]));
      const shown = i18n.global.t(key, values, 2);
      expect(shown, key).not.toBe(key);
      expect(shown, key).not.toMatch(/\{\w+\}/);
    }
  }
  i18n.global.locale.value = "en";
});

test("placeholders are replaced, and plurals depend on the count", () => {
  expect(t("shell.help.go_to", { section: "Imports" })).toBe("Go to Imports");
  expect([0, 1, 2, 1234].map((count) => tn("ui.rows", count))).toEqual(["0 rows", "1 row", "2 rows", "1,234 rows"]);
});

/** Values of the contract that the page displays, and the keys of their texts. */
const DISPLAYED: [values: readonly string[], keyOf: (value: string) => string][] = [
  [Object.keys(PROBLEMS), (slug) => `ui.problem.${slug}`],
  [Object.keys(REJECT_CODES), (code) => `imports.reject.${code}`],
  [IMPORT_STATES, (state) => `imports.state.${state}`],
  [MODES, (mode) => `imports.mode.${mode}`],
  [REPEATS, (repeats) => `imports.repeats.${repeats}`],
  [COLUMN_TARGETS, (target) => `imports.target.${target}`],
  [WAIT_REASONS, (reason) => `imports.wait.${reason}.state`],
  [WAIT_REASONS, (reason) => `imports.wait.${reason}.title`],
  [WAIT_REASONS, (reason) => `imports.wait.${reason}.text`],
  [CHANGESET_KINDS, (kind) => `changesets.kinds.${kind}`],
  [CHANGES, (change) => `changesets.actions.${change}`],
  [CONFLICTS, (conflict) => `ui.undo.happened.${conflict}`],
  [UNDO_POLICIES, (policy) => `ui.undo.policies.${policy}`],
  [EVENT_TYPES, (type) => `webhooks.events.${type.replace(".", "_")}`],
  [WEBHOOK_STATUSES, (status) => `webhooks.status.${status}`],
  [VOLUMES, (volume) => `webhooks.form.volume_${volume}`],
  [DELIVERY_STATES, (state) => `webhooks.log.states.${state}`],
  [ATTEMPT_ERRORS, (error) => `webhooks.errors.${error}`],
  [DISABLED_REASONS.filter((reason) => reason !== "manual"), (reason) => `webhooks.page.disabled_${reason}`],
];

test.each([
  ["English", english],
  ["German", german],
])("every problem, reject code, state and type of the contract has a text in %s", (_, texts) => {
  const known = new Set(leaves(texts).map(([key]) => key));
  const needed = DISPLAYED.flatMap(([values, keyOf]) => values.map(keyOf));
  expect(needed.length).toBeGreaterThan(100);
  expect(needed.filter((key) => !known.has(key))).toEqual([]);
});
