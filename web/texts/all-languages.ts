// The texts of every language, for tests. The page loads one language at a time.
import { german } from "./de.ts";
import { english } from "./en.ts";
import type { Language } from "./language.ts";
import type { Texts } from "./t.ts";

type Tree = { [key: string]: string | Tree };

export const TEXTS: Record<Language, Texts> = { en: english, de: german };

/** The dotted keys with their texts. */
export const leaves = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[path + key, value]] : leaves(value, `${path}${key}.`),
  );
