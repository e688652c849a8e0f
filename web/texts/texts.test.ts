// Compares the texts of the languages with each other, and with the values of the contract that the page displays.
import { expect, test } from "vitest";
import { CHANGES } from "../../contract/catalog/edit-products.ts";
import { CHANGESET_KINDS } from "../../contract/changesets/changeset-kinds.ts";
import { CONFLICTS, UNDO_POLICIES } from "../../contract/changesets/operations.ts";
import { AUDIT_ACTIONS } from "../../contract/identity/audit.ts";
import { KEY_SCOPES, ROLES } from "../../contract/identity/identity-rules.ts";
import { LINK_KINDS } from "../../contract/identity/sign-in.ts";
import {
  COLUMN_TARGETS,
  IGNORE_CODES,
  MODES,
  REJECT_CODES,
  REPEATS,
  WAIT_REASONS,
} from "../../contract/imports/imports.ts";
import { IMPORT_STATES } from "../../contract/imports/import-names.ts";
import { PROBLEMS } from "../../contract/problems.ts";
import { ATTEMPT_ERRORS, DELIVERY_STATES } from "../../contract/webhooks/deliveries.ts";
import { EVENT_TYPES } from "../../contract/webhooks/event-types.ts";
import { DISABLED_REASONS, VOLUMES, WEBHOOK_STATUSES } from "../../contract/webhooks/webhooks.ts";
import { leaves, TEXTS } from "./all-languages.ts";
import { english } from "./en.ts";
import { LANGUAGES } from "./language.ts";
import { i18n, t, tn } from "./t.ts";

const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name))].toSorted();
const forms = (text: string): number => text.split(" | ").length;

const translations = LANGUAGES.map((language) => [language, Object.fromEntries(leaves(TEXTS[language]))] as const);

test.each(leaves(english))("%s has the same placeholders and plural forms in every language", (key, text) => {
  for (const [language, { [key]: translation }] of translations) {
    expect(translation, `${key} is missing in ${language}`).toBeTypeOf("string");
    expect(translation, language).not.toBe("");
    expect(placeholders(translation ?? ""), language).toEqual(placeholders(text));
    expect(forms(translation ?? ""), language).toBe(forms(text));
  }
});

test.each(translations)("%s has exactly the keys of English", (_, texts) => {
  expect(Object.keys(texts)).toEqual(leaves(english).map(([key]) => key));
});

test("vue-i18n can interpret every text and replaces all placeholders", () => {
  for (const language of LANGUAGES) {
    i18n.global.setLocaleMessage(language, TEXTS[language]);
    i18n.global.locale.value = language;
    for (const [key, text] of leaves(TEXTS[language])) {
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
  [Object.keys(IGNORE_CODES), (code) => `imports.ignore.${code}`],
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
  [ROLES, (role) => `ui.role.${role}`],
  [ROLES, (role) => `ui.role_text.${role}`],
  [KEY_SCOPES, (scope) => `ui.api_keys.scope.${scope}`],
  [AUDIT_ACTIONS, (action) => `audit.action.${action}`],
  [LINK_KINDS, (kind) => `sign_in.link.${kind}`],
  [DISABLED_REASONS.filter((reason) => reason !== "manual"), (reason) => `webhooks.page.disabled_${reason}`],
];

test.each(translations)("every problem, reject code, state and type of the contract has a text in %s", (_, texts) => {
  const known = new Set(Object.keys(texts));
  const needed = DISPLAYED.flatMap(([values, keyOf]) => values.map(keyOf));
  expect(needed.length).toBeGreaterThan(100);
  expect(needed.filter((key) => !known.has(key))).toEqual([]);
});
