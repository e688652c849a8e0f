// Splits the texts of products into words for the index, and counts the products of each word.
import { classOf, hashUnits, LONGEST_PART, LONGEST_WORD, wordOfTerm } from "../../query/terms.ts";
import { lowerAscii } from "../../query/case-folding.ts";

/** Calls `found` with the start and end of each word. The text must be a result of `lowerAscii`. */
export function eachWord(text: string, found: (start: number, end: number) => void): void {
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Test for ASCII first, because nearly all text is ASCII.
    if (
      code < 0x80
        ? (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
        : classOf(code) === "run" && !isSurrogate(code)
    ) {
      if (start < 0) start = i;
      continue;
    }
    if (start >= 0) eachSegment(start, i, found);
    start = -1;
    if (code < 0x80) continue;
    const end = i + (isSurrogate(code) && i + 1 < text.length && isSurrogate(text.charCodeAt(i + 1)) ? 2 : 1);
    found(i, end);
    i = end - 1;
  }
  if (start >= 0) eachSegment(start, text.length, found);
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

/** Calls `found` for a sequence of letters and digits or, if the sequence is longer than LONGEST_WORD, for each of the overlapping pieces
 * into which it is split. */
function eachSegment(start: number, end: number, found: (start: number, end: number) => void): void {
  if (end - start <= LONGEST_WORD) {
    found(start, end);
    return;
  }
  for (let at = start; ; at += LONGEST_PART) {
    const segmentEnd = Math.min(at + LONGEST_WORD, end);
    found(at, segmentEnd);
    if (segmentEnd === end) return;
  }
}

/** Counts, for each word of a batch, the products that contain it. Terms are collected in plain arrays, because a Set for every product
 * took a quarter of the indexing time. */
export class WordCounter {
  readonly #words = new Map<number, CountedWord>();
  /** Words whose hash is also the hash of another word of the batch. */
  readonly #collisions = new Map<string, CountedWord>();
  #terms: number[] = [];
  #product = 0;

  /** Ends the current product. The words and terms that follow belong to the next product of the batch. */
  next(): void {
    this.#terms = [];
    this.#product++;
  }

  /** The terms of the current product, without duplicates. */
  get terms(): readonly number[] {
    return this.#terms;
  }

  addText(given: string): void {
    const text = lowerAscii(given);
    eachWord(text, (start, end) => {
      const term = hashUnits(text, start, end);
      const counted = this.#words.get(term);
      if (counted === undefined) this.#insert(term, text.slice(start, end));
      else if (counted.word.length === end - start && text.startsWith(counted.word, start)) this.#count(counted);
      else this.#addCollision(text.slice(start, end), counted);
    });
  }

  /** Adds a term that is not a word. */
  addTerm(term: number): void {
    const counted = this.#words.get(term);
    if (counted === undefined) this.#insert(term, wordOfTerm(term));
    else this.#count(counted);
  }

  #insert(term: number, word: string): void {
    this.#words.set(term, { term, word, products: 1, last: this.#product });
    this.#terms.push(term);
  }

  #count(counted: CountedWord): void {
    if (counted.last === this.#product) return;
    counted.last = this.#product;
    counted.products++;
    this.#terms.push(counted.term);
  }

  #addCollision(word: string, sameHash: CountedWord): void {
    const counted = this.#collisions.get(word);
    if (counted === undefined) this.#collisions.set(word, { ...sameHash, word, products: 1, last: this.#product });
    else counted.products++;
    // The two words have the same hash and therefore the same term. If the product also contains the other word, its term is already in the
    // list.
    if (sameHash.last !== this.#product) {
      sameHash.last = this.#product;
      this.#terms.push(sameHash.term);
    }
  }

  /** Returns the words and the other terms of the batch, without duplicates. */
  counted(): CountedWord[] {
    return [...this.#words.values(), ...this.#collisions.values()];
  }
}

export interface CountedWord {
  term: number;
  word: string;
  products: number;
  /** Number of the last product that was counted for the word, so that no product is counted twice. */
  last: number;
}
