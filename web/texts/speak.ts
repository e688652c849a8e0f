// Switches the page to the wanted language: loads its texts, ours and the component library's.
import { shallowRef, watch } from "vue";
import english_components from "@nuxt/ui/runtime/locale/en.js";
import type { Locale, Messages } from "@nuxt/ui";
import { spoken_language, wanted_language, type Language } from "./language.ts";
import { i18n } from "./t.ts";

/** The words inside Nuxt UI's own components ("Close", "No results"). */
export const component_words = shallowRef<Locale<Messages>>(english_components);

/** Resolves when the page can be shown in the wanted language; from then on it follows the choice. */
export async function speak(): Promise<void> {
  await speakIn(wanted_language.value);
  watch(wanted_language, (language) => void speakIn(language));
}

async function speakIn(language: Language): Promise<void> {
  try {
    component_words.value = language === "de" ? await loadGerman() : english_components;
  } catch {
    return; // The server is away: the page stays in the language that it has.
  }
  i18n.global.locale.value = language;
  spoken_language.value = language;
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
