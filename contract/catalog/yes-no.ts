// The words for yes and no in a cell of the column `active`, the same for imports and for the page's cell editor.

// They cover the languages whose headers the importer recognizes (src/imports/read/columns/column-synonyms.ts): a shop that
// exports "aktiv" writes "ja", and a spreadsheet writes booleans in its user's language. No word may mean yes in one language
// and no in another.
const YES: ReadonlySet<string> = new Set([
  "yes",
  "y",
  "true",
  "t",
  "1",
  "on",
  "active",
  "enabled",
  "published",
  "ja",
  "j",
  "wahr",
  "aktiv",
  "aktiviert",
  "oui",
  "vrai",
  "actif",
  "sí",
  "si",
  "sì",
  "verdadero",
  "activo",
  "sim",
  "verdadeiro",
  "ativo",
  "vero",
  "attivo",
  "waar",
  "actief",
  "tak",
  "prawda",
  "aktywny",
]);
const NO: ReadonlySet<string> = new Set([
  "no",
  "n",
  "false",
  "f",
  "0",
  "off",
  "inactive",
  "disabled",
  "draft",
  "archived",
  "nein",
  "falsch",
  "inaktiv",
  "deaktiviert",
  "non",
  "faux",
  "inactif",
  "falso",
  "inactivo",
  "não",
  "nao",
  "inativo",
  "inattivo",
  "nee",
  "onwaar",
  "inactief",
  "nie",
  "fałsz",
  "nieaktywny",
]);

/** Returns undefined for any text that is neither yes nor no. Case and surrounding white space do not matter. */
export function parseYesNo(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  return undefined;
}
