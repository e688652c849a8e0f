// Formats names and texts for use in a sentence: quotation marks and lists such as "A, B and C", in the current language.
import { locale } from "../../texts/language.ts";
import { t, type PlainKey } from "../../texts/t.ts";

/** Names for the empty text and for white space, which would be invisible between quotation marks. */
const INVISIBLE: Record<string, PlainKey> = {
  "": "profiles.words.nothing",
  " ": "profiles.words.space",
  "\t": "profiles.words.tab",
  "\n": "profiles.words.line_break",
};

/** A text in quotation marks, or the name of an invisible text. */
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
