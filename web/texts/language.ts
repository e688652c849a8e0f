// The chosen language, the language currently shown, and the locale for numbers and times. switch-language.ts loads the texts.
import { computed, ref } from "vue";
import { usePreferredLanguages, useStorage } from "@vueuse/core";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
export type LanguageChoice = Language | "auto";

/** The user's choice, stored in this browser; `auto` follows the browser's languages. */
export const languageChoice = useStorage<LanguageChoice>("skuport-language", "auto");

const browserLocales = usePreferredLanguages();

const isLanguage = (text: string): text is Language => (LANGUAGES as readonly string[]).includes(text);
const languageOf = (locale: string): string => locale.slice(0, 2).toLowerCase();

/** The first of the browser's locales that belongs to the language, otherwise the language itself. Skips locales that Intl rejects:
 * Chromium reports `en-US@posix` if the system's locale is C. */
export const localeFor = (language: string, candidates: readonly string[]): string =>
  candidates.find((locale) => languageOf(locale) === language && isLocale(locale)) ?? language;

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

/** The chosen language. With `auto`, the first language of the browser that Skuport supports, or English if it supports none of them. */
export const chosenLanguage = computed<Language>(() => {
  if (isLanguage(languageChoice.value)) return languageChoice.value;
  return browserLocales.value.map(languageOf).find(isLanguage) ?? "en";
});

/** The language of the texts currently shown; changes to `chosenLanguage` once its texts are loaded. */
export const shownLanguage = ref<Language>("en");

/** Locale for numbers and times: the browser's variant of the language if it has one (en-GB, de-CH). */
export const locale = computed<string>(() => localeFor(shownLanguage.value, browserLocales.value));
