// Which language is wanted, which is spoken, and the locale for numbers and times. Knows no texts; speak.ts brings them.
import { computed, ref } from "vue";
import { usePreferredLanguages, useStorage } from "@vueuse/core";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
export type LanguageChoice = Language | "auto";

/** What the reader chose, remembered in this browser; `auto` follows the browser. */
export const languageChoice = useStorage<LanguageChoice>("skuport-language", "auto");

const browserLocales = usePreferredLanguages();

const isLanguage = (text: string): text is Language => (LANGUAGES as readonly string[]).includes(text);
const languageOf = (locale: string): string => locale.slice(0, 2).toLowerCase();

/** The own locale of a language where there is one, else the language. A browser may have what is no locale to Intl, which throws
 * then: Chromium says `en-US@posix` where the system's is C. */
export const localeFor = (language: string, own: readonly string[]): string =>
  own.find((locale) => languageOf(locale) === language && isLocale(locale)) ?? language;

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

/** The first of the browser's languages that we have, else English. */
export const wantedLanguage = computed<Language>(() => {
  if (isLanguage(languageChoice.value)) return languageChoice.value;
  return browserLocales.value.map(languageOf).find(isLanguage) ?? "en";
});

/** The language whose texts are shown; follows `wantedLanguage` once they are loaded. */
export const spokenLanguage = ref<Language>("en");

/** For numbers and times: the browser's own variant of the language where there is one (en-GB, de-CH). */
export const locale = computed<string>(() => localeFor(spokenLanguage.value, browserLocales.value));
