// Computes grams, which are hashes of every three neighbouring characters (trigrams) of a word. The index uses them to find the words that
// contain a search text.
import { foldText, isMark } from "./accents.ts";
import { lowerAscii, lowerPoint } from "./case-folding.ts";
import { isAscii, isFolded, isPlain, textOf, type CodePoint } from "./code-points.ts";
import { hashUnits, hashWord, LONGEST_PART } from "./terms.ts";

const GRAM_LENGTH = 3;

/** Returns the trigram hashes that the index stores for a word. A non-ASCII word also gets the trigram hashes of the same word without
 * accents, for searches that ignore accents. */
export function gramsOf(word: string): number[] {
  const grams = new Set<number>();
  addGrams(grams, gramForm(word));
  if (!isAscii(word)) addFoldedGrams(grams, word);
  return [...grams];
}

function addGrams(grams: Set<number>, form: string): void {
  for (let i = 0; i + GRAM_LENGTH <= form.length; i++) grams.add(hashUnits(form, i, i + GRAM_LENGTH));
}

function addFoldedGrams(grams: Set<number>, word: string): void {
  const form = foldedForm(word);
  addGrams(grams, form);
  for (let length = 1; length < GRAM_LENGTH; length++) grams.add(startGram(form.slice(0, length)));
  if (form.length < GRAM_LENGTH) grams.add(wholeGram(form));
  if (word.length > LONGEST_PART && Array.from(word).some(isMark)) grams.add(SPLIT_GRAM);
}

/** Returns the text without accents. All spellings of the text (upper and lower case, composed and decomposed) have the same result. */
export const foldedForm = (text: string): string =>
  isAscii(text) ? text : Array.from(foldText(text), (point) => point.normalize("NFD")).join("");

/** A hash that the index stores, besides the trigrams, for words that begin with these one or two characters when accents are removed.
 * The prefix U+0002 keeps these hashes apart from the hashes of trigrams, because words contain no control characters. */
export const startGram = (start: string): number => hashWord(`\u0002${start}`);
/** A hash that the index stores for a word that consists of only these one or two characters when accents are removed. */
export const wholeGram = (form: string): number => hashWord(`\u0003${form}`);
/** A hash that the index stores for every long word with combining accents. The index splits long words into overlapping pieces. Usually,
 * one of the pieces contains the whole search text. In a word with combining accents, however, the same text is longer and may extend over
 * several pieces. A search that ignores accents therefore treats all words with this hash as possible matches. Such words are rare. */
export const SPLIT_GRAM = hashWord("\u0004");

/** Returns the word in lower case with decomposed accents. Nearly all spellings of a word have this form in common. Characters are
 * decomposed one at a time. Normalizing the whole word could reorder the accents of neighbouring characters, and a search for a part of
 * the word would then not find its trigrams. */
function gramForm(word: string): string {
  if (isAscii(word)) return word;
  return Array.from(word, (point) => lowerAscii(lowerPoint(point).normalize("NFD"))).join("");
}

/** Returns the trigram hashes of a search text, as lists of alternatives: a word that contains the text has at least one hash from every
 * list. A list has several hashes if the index distinguishes spellings of a character, such as σ and ς. */
export function gramsOfText(points: readonly CodePoint[]): number[][] {
  const text = textOf(points);
  if (isPlain(points)) return listsOf(gramForm(text));
  if (isFolded(points)) return listsOf(foldedForm(text));
  const grams = new Map<string, number[]>();
  const units = points.flatMap(unitsOf);
  for (let i = 0; i + GRAM_LENGTH <= units.length; i++) {
    const forms = units
      .slice(i, i + GRAM_LENGTH)
      .reduce<string[]>((begun, next) => begun.flatMap((start) => next.map((unit) => start + unit)), [""]);
    if (forms.length > 0) grams.set(forms.join(), forms.map(hashWord));
  }
  return [...grams.values()];
}

function listsOf(form: string): number[][] {
  const grams = new Set<number>();
  addGrams(grams, form);
  return [...grams].map((gram) => [gram]);
}

/** Returns one list for each code unit that the character has in the index (see `gramForm`). Usually each list contains one code unit.
 * If spellings of the character have different forms of the same length in the index, a list contains the code units of all forms at
 * this place. If the forms differ in length, the function returns one empty list, and `gramsOfText` omits every trigram with this
 * character. */
function unitsOf({ spellings }: CodePoint): string[][] {
  const forms = [...new Set(spellings.map(gramForm))];
  const [first = ""] = forms;
  if (forms.some(({ length }) => length !== first.length)) return [[]];
  // Use `split`, which separates the two units of a surrogate pair. Array.from would keep them together.
  return first.split("").map((_, i) => [...new Set(forms.map((form) => form.charAt(i)))]);
}
