// Grams: hashes of every three neighbouring characters of a word. They find the words that contain a text.
import { lowerAscii, lowerPoint } from "./case-folding.ts";
import { isPlain, textOf, type CodePoint } from "./pattern.ts";
import { hashUnits, hashWord } from "./terms.ts";

const GRAM_LENGTH = 3;

/** The grams that the index stores for a word. */
export function gramsOf(word: string): number[] {
  const form = gramForm(word);
  const grams = new Set<number>();
  for (let i = 0; i + GRAM_LENGTH <= form.length; i++) grams.add(hashUnits(form, i, i + GRAM_LENGTH));
  return [...grams];
}

/** Lower case with decomposed accents: one form for nearly all spellings of a word. Each character is decomposed by itself, because
 * reordering accents across characters would break up what a pattern matches. */
function gramForm(word: string): string {
  if (/^[\x00-\x7f]*$/.test(word)) return word;
  return Array.from(word, (point) => lowerAscii(lowerPoint(point).normalize("NFD"))).join("");
}

/** The grams of a searched text: a word that contains it has one hash of each inner list. A list has several hashes if spellings
 * differ in the index: σ and ς. */
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

/** The code units of a character in the gram form, each with its alternatives. An empty list stands for forms of different lengths:
 * no gram may contain it. */
function unitsOf({ spellings }: CodePoint): string[][] {
  const forms = [...new Set(spellings.map(gramForm))];
  const [first = ""] = forms;
  if (forms.some(({ length }) => length !== first.length)) return [[]];
  // Not Array.from, which would keep the two units of a surrogate pair together.
  return first.split("").map((_, i) => [...new Set(forms.map((form) => form.charAt(i)))]);
}
