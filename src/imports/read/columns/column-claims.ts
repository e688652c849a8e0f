// Decides from a column's name alone how well it fits a field of a product.
import { FIELD_NAMES, type FieldName } from "../../../catalog/product/column-lists.ts";
import { MEMBER_KEY } from "../tree/nodes.ts";
import { CODE_NAMES, SYNONYMS, WEAK_SKU_NAMES } from "./column-synonyms.ts";
import { plainName, splitNotes, wordsOf } from "./plain-name.ts";

/** The rank of a name among the names of its field: the lowest rank fits best. */
const RANKS = new Map(FIELD_NAMES.map((field) => [field, ranksOf(SYNONYMS[field])]));
const WEAK_RANKS = ranksOf(WEAK_SKU_NAMES);
const CODE_RANKS = ranksOf(CODE_NAMES);

/** Base ranks of names that only resemble a SKU's name; a lower rank fits better. WITH_WORDS: the name contains a name of the SKU and other
 * words. IN_A_NOTE: a name of the SKU is in parentheses. The number of other words is added to these two ranks. WEAK: the name is
 * MEMBER_KEY or in WEAK_SKU_NAMES, whose names get higher ranks in the order of that list. */
const WITH_WORDS = 1000;
const IN_A_NOTE = 2000;
export const WEAK = 3000;

/** Maximum number of words around the name of a SKU column, as in "our own SKU". */
const MAX_FURTHER_WORDS = 4;
/** Maximum length of a header cell whose words are compared. */
const MAX_CHARACTERS = 200;

/**
 * Words in the name of a column which show that its values are not the SKUs of the rows: `Parent SKU`, `SKU type`, `Manufacturer
 * reference`.
 */
const FOREIGN_WORDS: ReadonlySet<string> = new Set(
  (
    "parent parents father mother master base group related cross crosssell upsell bundle bundled child children sibling similar " +
    "accessory accessories associated linked alternative replacement replaces replaced superseded old previous former new " +
    "ubergeordnet ubergeordnete vater eltern gruppe gruppen haupt zubehor ersatz alte " +
    "manufacturer mfr mfg maker brand oem hersteller fabricant fabricante produttore fabrikant original competitor " +
    "category kategorie type typ name title price preis cost status count quantity qty menge stock image images bild picture url link " +
    "tax customer kunde kunden order auftrag invoice rechnung shipping delivery warehouse location date datum id prefix suffix " +
    "label barcode ean gtin upc isbn html text list"
  ).split(" "),
);

/** Returns how well the name fits the field; the lowest number fits best. Returns undefined if the name does not fit. */
export function claimOf(field: FieldName, cell: string): number | undefined {
  const ranks = RANKS.get(field) as ReadonlyMap<string, number>;
  const exact = ranks.get(plainName(cell));
  if (exact !== undefined) return exact;
  if (cell.length > 1000) return undefined;
  // Some programs mark the header as a comment: `#sku`.
  const { name, notes } = splitNotes(cell.replace(/^#\s*(?=\p{L})/u, ""));
  const noted = notes.length === 0 && name === cell ? undefined : ranks.get(plainName(name));
  if (noted !== undefined) return noted;
  const linked = ranks.get(withoutLinks(name));
  if (linked !== undefined) return linked;
  return field === "sku" ? skuClaim(name, notes) : undefined;
}

/** Words that join the words of a name in Romance languages, English and Dutch: `Código del artículo`, `Numéro d'article`. */
const LINKS: ReadonlySet<string> = new Set(
  "de del della dello do da di d du des dos l la le el of the van het".split(" "),
);

/** Returns the plain name without its linking words. Returns an empty string if the name has no linking words, because `claimOf` has
 * already compared the whole name. */
function withoutLinks(name: string): string {
  if (name.length > MAX_CHARACTERS || !/[\s'’]/.test(name)) return "";
  const words = wordsOf(name);
  const others = words.filter((word) => !LINKS.has(word));
  return others.length === words.length ? "" : others.join("");
}

function skuClaim(name: string, notes: readonly string[]): number | undefined {
  if (name.length > MAX_CHARACTERS) return undefined;
  if (name === MEMBER_KEY) return WEAK;
  const weak = WEAK_RANKS.get(plainName(name));
  const note = Math.min(...notes.map((text) => furtherWords(text) ?? Infinity));
  const around = furtherWords(name);
  if (around !== undefined) return WITH_WORDS + around;
  if (note !== Infinity) return IN_A_NOTE + note;
  return weak === undefined ? undefined : WEAK + 1 + weak;
}

const SKU_RANKS = RANKS.get("sku") as ReadonlyMap<string, number>;

/**
 * Finds a name of the SKU in a longer name, and returns the number of its other words: 1 for `Custom SKU`. Returns undefined if the longer
 * name contains no name of the SKU, or if the other words are too many or indicate another meaning.
 */
function furtherWords(name: string): number | undefined {
  if (name.length > MAX_CHARACTERS) return undefined;
  const words = wordsOf(name);
  if (words.length > MAX_FURTHER_WORDS + 3) return undefined;
  for (let count = Math.min(3, words.length); count > 0; count--) {
    for (let from = 0; from + count <= words.length; from++) {
      const found = words.slice(from, from + count).join("");
      if (!SKU_RANKS.has(found)) continue;
      const others = [...words.slice(0, from), ...words.slice(from + count)].filter((word) => word !== "#");
      if (others.length > MAX_FURTHER_WORDS || others.some((word) => FOREIGN_WORDS.has(word))) continue;
      return others.length;
    }
  }
  return undefined;
}

/** Whether the cell is the name of the field itself, not a similar name. */
export const isExactName = (field: FieldName, cell: string): boolean => cell.trim().toLowerCase() === field;

/** Whether the name suggests the SKU so weakly that the column is the SKU only if its values confirm it. */
export const isWeakClaim = (claim: number): boolean => claim >= WEAK;

/** Returns how well a column's name fits a code that could be a key; the lowest number fits best. Returns undefined for other names. */
export const codeRank = (cell: string): number | undefined => {
  const claim = claimOf("sku", cell);
  if (claim !== undefined) return claim - 2 * WEAK;
  const plain = plainName(cell);
  return (
    CODE_RANKS.get(plain) ??
    CODE_RANKS.get(plainName(splitNotes(cell.slice(0, MAX_CHARACTERS)).name)) ??
    numberRank(plain) ??
    (isCompound(plain) ? LIKE_SKU : undefined)
  );
};

/** Rank of a name that contains a name of the SKU without being one: `Hauptartikelnr`, `artnr1`. It precedes the names of other codes. */
export const LIKE_SKU = -1;
/** Minimum length of a SKU's name at the end of a compound. Shorter names, such as `ref`, also end other words. */
const MIN_COMPOUND = 8;
const COMPOUND_ENDS = SYNONYMS.sku.filter((name) => name.length >= MIN_COMPOUND);

/** Whether the name is a name of the SKU with a number, such as `artnr1`, or a compound that ends with one, such as `Hauptartikelnr`. */
function isCompound(plain: string): boolean {
  const base = plain.replace(/\d+$/, "");
  return (base !== plain && SKU_RANKS.has(base)) || COMPOUND_ENDS.some((name) => plain.endsWith(name));
}

/** Words that end the name of a number or code: `Modellnummer`. */
const NUMBER_WORD = /(?:nummer|number|nr|no|code)$/;
/** Words for a number or code, alone or at the start of a name: `cod_1`, `id_producto`. */
const NUMBER_WORDS: ReadonlySet<string> = new Set(
  "id cod codigo code codice kod num numero nro nr no number".split(" "),
);

/** Whether the name ends with a word such as number or code, or contains it as a word of its own. */
export const namesNumber = (cell: string): boolean =>
  NUMBER_WORD.test(plainName(cell)) ||
  (cell.length <= MAX_CHARACTERS && wordsOf(cell).some((word) => NUMBER_WORDS.has(word)));

/** Returns the rank of a code name that ends with a word such as number. A name with this word precedes the name without it: `Modellnummer`
 * precedes `Modell`. */
function numberRank(plain: string): number | undefined {
  const base = plain.replace(NUMBER_WORD, "");
  const rank = base === plain ? undefined : CODE_RANKS.get(base);
  return rank === undefined ? undefined : rank - 0.5;
}

const FIELD_OF_NAME = new Map<string, FieldName>([
  ...FIELD_NAMES.toReversed().flatMap((field) => [...(RANKS.get(field) ?? [])].map(([name]) => [name, field] as const)),
  ...[...WEAK_RANKS.keys()].map((name) => [name, "sku"] as const),
]);
/**
 * Maximum number of cells of a row whose words are compared. This limit keeps the detection of the dialect fast: each row is split with
 * many dialects, and compared for each of them.
 */
const MAX_COMPARED_CELLS = 200;

/** Counts the fields of a product that the cells name, as evidence that the cells are a header. */
export function countKnownNames(cells: readonly string[]): number {
  const known = new Set<FieldName>();
  for (const [index, cell] of cells.entries()) {
    const field = knownField(cell) ?? (index < MAX_COMPARED_CELLS && isSkuNote(cell) ? "sku" : undefined);
    if (field !== undefined) known.add(field);
  }
  return known.size;
}

/** Returns the field that the cell names. Notes in parentheses are ignored. A cell with other words besides the name does not count,
 * because it may be a value. */
export function knownField(cell: string): FieldName | undefined {
  if (cell.length > MAX_CHARACTERS) return undefined;
  const exact = FIELD_OF_NAME.get(plainName(cell));
  if (exact !== undefined || !/[([\uff08]/.test(cell)) return exact;
  return FIELD_OF_NAME.get(plainName(splitNotes(cell).name));
}

/** Whether the cell contains a name of the SKU in parentheses, or with a word before or after it. */
const isSkuNote = (cell: string): boolean =>
  cell.length <= 60 && /sku/i.test(cell) && claimOf("sku", cell) !== undefined;

/** Whether one of the cells is an unambiguous name of the SKU. */
export const namesSku = (cells: readonly string[]): boolean =>
  cells.slice(0, MAX_COMPARED_CELLS).some((cell) => {
    if (cell.length > MAX_CHARACTERS) return false;
    const claim = claimOf("sku", cell) ?? WEAK;
    return claim < WITH_WORDS || (claim < WEAK && /sku/i.test(cell));
  });

function ranksOf(names: readonly string[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const name of names) if (!ranks.has(plainName(name))) ranks.set(plainName(name), ranks.size);
  return ranks;
}
