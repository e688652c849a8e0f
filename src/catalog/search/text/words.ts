// The index's side of words: from a product's texts to terms, and from a word to its grams.
import { classOf, hashUnits, LONGEST_PART, LONGEST_WORD, wordOfTerm } from "../../query/terms.ts";
import { foldPoint, lowerAscii } from "../../query/case-folding.ts";

/** Calls `found` with the bounds of each word of a text in `lowerAscii`. */
export function eachWord(text: string, found: (start: number, end: number) => void): void {
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Nearly all text is this, so it comes first.
    if (
      code < 0x80
        ? (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
        : classOf(code) === "run" && !isSurrogate(code)
    ) {
      if (start < 0) start = i;
      continue;
    }
    if (start >= 0) eachPiece(start, i, found);
    start = -1;
    if (code < 0x80) continue;
    const end = i + (isSurrogate(code) && i + 1 < text.length && isSurrogate(text.charCodeAt(i + 1)) ? 2 : 1);
    found(i, end);
    i = end - 1;
  }
  if (start >= 0) eachPiece(start, text.length, found);
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

function eachPiece(start: number, end: number, found: (start: number, end: number) => void): void {
  if (end - start <= LONGEST_WORD) {
    found(start, end);
    return;
  }
  for (let at = start; ; at += LONGEST_PART) {
    const pieceEnd = Math.min(at + LONGEST_WORD, end);
    found(at, pieceEnd);
    if (pieceEnd === end) return;
  }
}

/** The words of the products of a batch, and in how many of them each is. Terms are kept in arrays that are used again: a Set for
 * every product was a quarter of the work. */
export class WordCounter {
  readonly #words = new Map<number, Counted>();
  /** Words whose hash is that of another word of the batch. */
  readonly #others = new Map<string, Counted>();
  #terms: number[] = [];
  #product = 0;

  /** Begins the next product. */
  next(): void {
    this.#terms = [];
    this.#product++;
  }

  /** Of the product so far, each once. */
  get terms(): readonly number[] {
    return this.#terms;
  }

  addText(given: string): void {
    const text = lowerAscii(given);
    eachWord(text, (start, end) => {
      const term = hashUnits(text, start, end);
      const known = this.#words.get(term);
      if (known === undefined) this.#begin(term, text.slice(start, end));
      else if (known.word.length === end - start && text.startsWith(known.word, start)) this.#count(known);
      else this.#addOther(text.slice(start, end), known);
    });
  }

  /** Adds a term that is no word. */
  addTerm(term: number): void {
    const known = this.#words.get(term);
    if (known === undefined) this.#begin(term, wordOfTerm(term));
    else this.#count(known);
  }

  #begin(term: number, word: string): void {
    this.#words.set(term, { term, word, products: 1, last: this.#product });
    this.#terms.push(term);
  }

  #count(known: Counted): void {
    if (known.last === this.#product) return;
    known.last = this.#product;
    known.products++;
    this.#terms.push(known.term);
  }

  #addOther(word: string, sameHash: Counted): void {
    const known = this.#others.get(word);
    if (known === undefined) this.#others.set(word, { ...sameHash, word, products: 1, last: this.#product });
    else known.products++;
    // The term once, whichever of the words the product has
    if (sameHash.last !== this.#product) {
      sameHash.last = this.#product;
      this.#terms.push(sameHash.term);
    }
  }

  /** Each once. */
  counted(): Counted[] {
    return [...this.#words.values(), ...this.#others.values()];
  }
}

export interface Counted {
  term: number;
  word: string;
  products: number;
  /** The last product that it was counted for. */
  last: number;
}

/** Hashes of every three characters in a row of a word, as it is compared: lower case, accents apart. */
export function gramsOf(word: string): number[] {
  const form = gramForm(word);
  const grams = new Set<number>();
  for (let i = 0; i + 3 <= form.length; i++) grams.add(hashUnits(form, i, i + 3));
  return [...grams];
}

/** One form for all spellings of a word. Character by character: reordering accents would tear apart what a pattern finds. */
function gramForm(word: string): string {
  if (/^[\x00-\x7f]*$/.test(word)) return word;
  return Array.from(word, (point) => lowerAscii(foldPoint(point).normalize("NFD"))).join("");
}
