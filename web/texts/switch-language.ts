// Switches the page to the chosen language: loads our texts and those of the component library.
import { shallowRef, watch } from "vue";
import englishComponents from "@nuxt/ui/runtime/locale/en.js";
import type { Locale, Messages } from "@nuxt/ui";
import { chosenLanguage, shownLanguage, type Language } from "./language.ts";
import { config, type z } from "zod";
import { serverTexts, type ServerTexts } from "./server-texts.ts";
import { wordingOf } from "../../contract/wording.ts";
import { i18n } from "./t.ts";

/** The texts of Nuxt UI's components ("Close", "No results"). */
export const componentTexts = shallowRef<Locale<Messages>>(englishComponents);

/** Resolves once the page is shown in the chosen language. From then on the page follows the user's choice. */
export async function showChosenLanguage(): Promise<void> {
  await show(chosenLanguage.value);
  watch(chosenLanguage, (language) => void show(language));
}

async function show(language: Language): Promise<void> {
  let loaded: Loaded;
  try {
    loaded = await LOADERS[language]();
  } catch {
    return; // The server is unreachable: keep the current language.
  }
  componentTexts.value = loaded.components;
  serverTexts.value = loaded.server;
  config({ localeError: loaded.zod });
  i18n.global.locale.value = language;
  shownLanguage.value = language;
  document.documentElement.lang = language;
}

/** The texts of a language that vue-i18n does not contain. */
interface Loaded {
  components: Locale<Messages>;
  /** Texts for what the server reports; null for English, because the reports of the server are in English. */
  server: ServerTexts | null;
  zod: z.core.$ZodErrorMap;
}

/** For each language, a function that loads our texts into vue-i18n and returns the other texts. */
const LOADERS: Record<Language, () => Promise<Loaded>> = {
  en: () => Promise.resolve({ components: englishComponents, server: null, zod: wordingOf }),
  de: async () => {
    const [{ german, server, zodGerman }, { default: components }] = await Promise.all([
      import("./de.ts"),
      import("@nuxt/ui/runtime/locale/de.js"),
    ]);
    i18n.global.setLocaleMessage("de", german);
    return { components, server, zod: zodGerman };
  },
};
