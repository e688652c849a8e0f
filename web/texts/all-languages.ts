// The texts of every language, for tests. The page loads one language at a time.
import { german, server } from "./de.ts";
import { english } from "./en.ts";
import type { Language } from "./language.ts";
import type { ServerTexts } from "./server-texts.ts";
import type { Texts } from "./t.ts";

type Tree = { [key: string]: string | Tree };

export const TEXTS: Record<Language, Texts> = { en: english, de: german };
/** The texts for what the server reports in English. */
export const SERVER_TEXTS: Record<Exclude<Language, "en">, ServerTexts> = { de: server };

/** Returns all texts, each with its dotted key, such as `imports.state.done`. */
export const leaves = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value]] : leaves(value, `${path}${key}.`),
  );
