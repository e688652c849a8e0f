// The items of the selects for the profile and for the SKU column.
import { NO_PROFILE } from "../../../contract/profiles/profile-names.ts";
import { t } from "../../texts/t.ts";

export interface Choice {
  value: string;
  label: string;
}

/** Name of a profile in the summary of the options. */
export const profileLabel = (name: string): string =>
  name === NO_PROFILE ? t("imports.options.profile_none") : t("imports.options.profile_set", { name });

/** @param chosen the current choice, which is listed even if the profile no longer exists */
export const profileChoices = (names: readonly string[], chosen: string): Choice[] => [
  choice("", t("imports.options.profile_auto")),
  choice(NO_PROFILE, t("imports.options.profile_none")),
  ...withChosen(names, chosen === NO_PROFILE ? "" : chosen).map((name) => choice(name, name)),
];

/** If several columns have the same name, an import uses the first one, so each name is listed once.
 * @param chosen the current choice, which is listed even if the file lacks the column */
export const keyChoices = (columns: readonly string[], chosen: string): Choice[] => [
  choice("", t("imports.options.key_auto")),
  ...withChosen(
    columns.filter((name) => name.trim() !== ""),
    chosen,
  ).map((name) => choice(name, name)),
];

const withChosen = (names: readonly string[], chosen: string): string[] => [
  ...new Set(chosen === "" ? names : [...names, chosen]),
];

/** A select cannot hold an empty value, and a name can be any text, so every value has a prefix. */
const PREFIX = "=";
const choice = (name: string, label: string): Choice => ({ value: toValue(name), label });
export const toValue = (name: string): string => PREFIX + name;
export const fromValue = (value: string): string => value.slice(PREFIX.length);
