// Switches the page to the wanted language: loads its texts, ours and the component library's.
import { shallowRef, watch } from "vue";
import english_components from "@nuxt/ui/runtime/locale/en.js";
import type { Locale, Messages } from "@nuxt/ui";
import { spokenLanguage, wantedLanguage, type Language } from "./language.ts";
import { i18n } from "./t.ts";

/** The words inside Nuxt UI's own components ("Close", "No results"). */
export const componentWords = shallowRef<Locale<Messages>>(english_components);

/** Resolves when the page can be shown in the wanted language; from then on it follows the choice. */
export async function speak(): Promise<void> {
  await speakIn(wantedLanguage.value);
  watch(wantedLanguage, (language) => void speakIn(language));
}

async function speakIn(language: Language): Promise<void> {
  try {
    componentWords.value = language === "de" ? await loadGerman() : english_components;
  } catch {
    return; // The server is away: the page stays in the language that it has.
  }
  i18n.global.locale.value = language;
  spokenLanguage.value = language;
  document.documentElement.lang = language;
}

async function loadGerman(): Promise<Locale<Messages>> {
  const [{ german }, { default: components }] = await Promise.all([
    import("./de.ts"),
    import("@nuxt/ui/runtime/locale/de.js"),
  ]);
  i18n.global.setLocaleMessage("de", german);
  return components;
}
