// Names of columns and texts within a sentence, in the current language.
import { locale } from "../../texts/language.ts";
import { t, type PlainKey } from "../../texts/t.ts";

/** Texts that cannot be seen between quotation marks. */
const INVISIBLE: Record<string, PlainKey> = {
  "": "profiles.words.nothing",
  " ": "profiles.words.space",
  "\t": "profiles.words.tab",
  "\n": "profiles.words.line_break",
};

/** A text in quotation marks, or the name of a text that cannot be seen. */
export function quoted(text: string): string {
  const name = INVISIBLE[text];
  return name === undefined ? t("profiles.words.quoted", { text }) : t(name);
}

/** “A, B and C” */
export const allOf = (parts: readonly string[]): string => listOf(parts, "conjunction");
/** “A, B or C” */
export const anyOf = (parts: readonly string[]): string => listOf(parts, "disjunction");

const listOf = (parts: readonly string[], type: "conjunction" | "disjunction"): string =>
  new Intl.ListFormat(locale.value, { type }).format(parts);
