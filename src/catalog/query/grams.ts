// Grams are hashes of every three neighbouring characters of a word. They are used to find the words that contain a search text.
import { lowerAscii, lowerPoint } from "./case-folding.ts";
import { isPlain, textOf, type CodePoint } from "./pattern.ts";
import { hashUnits, hashWord } from "./terms.ts";

const GRAM_LENGTH = 3;

/** Returns the grams that the index stores for a word. */
export function gramsOf(word: string): number[] {
  const form = gramForm(word);
  const grams = new Set<number>();
  for (let i = 0; i + GRAM_LENGTH <= form.length; i++) grams.add(hashUnits(form, i, i + GRAM_LENGTH));
  return [...grams];
}

/** Returns the word in lower case with decomposed accents, a form that nearly all spellings of the word share. Characters are decomposed one
 * at a time: normalizing the whole word could reorder the accents of neighbouring characters, and the word would then lack grams of a
 * search text that it contains. */
function gramForm(word: string): string {
  if (/^[\x00-\x7f]*$/.test(word)) return word;
  return Array.from(word, (point) => lowerAscii(lowerPoint(point).normalize("NFD"))).join("");
}

/** Returns the grams of a search text, as lists of alternatives: a word that contains the text has at least one hash from every list. A
 * list has several hashes if the index distinguishes spellings of a character, such as σ and ς. */
export function gramsOfText(points: readonly CodePoint[]): number[][] {
  if (isPlain(points)) return gramsOf(textOf(points)).map((gram) => [gram]);
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

/** Returns a list for each code unit of the character's gram form (see `gramForm`). A list has several code units if the spellings of the
 * character have different gram forms. If the forms differ in length, their code units cannot be paired. The function then returns a single
 * empty list, and `gramsOfText` omits every gram that would contain the character. */
function unitsOf({ spellings }: CodePoint): string[][] {
  const forms = [...new Set(spellings.map(gramForm))];
  const [first = ""] = forms;
  if (forms.some(({ length }) => length !== first.length)) return [[]];
  // Use `split`, which separates the two units of a surrogate pair. Array.from would keep them together.
  return first.split("").map((_, i) => [...new Set(forms.map((form) => form.charAt(i)))]);
}
