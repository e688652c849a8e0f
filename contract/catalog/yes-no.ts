// The words for yes and no in a cell of the column `active`, used by imports and by the page's cell editor.

// These words cover the languages whose headers the importer recognizes (src/imports/read/columns/column-synonyms.ts). A shop
// that names the column "aktiv" writes "ja" in it, and a spreadsheet writes booleans in its user's language. No word may mean yes
// in one language
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

/** Parses a cell of the column `active`, ignoring case and surrounding white space. Returns undefined if the cell means neither
 * yes nor no. */
export function parseYesNo(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  return undefined;
}
