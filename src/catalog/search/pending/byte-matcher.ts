// What a filter's texts are in a block of the backlog: bytes to be found, a regular expression over bytes where a character has
// several spellings, or what the key begins with. It may find too much (a name instead of a description), never too little.
import { keyBeginnings } from "../../query/filter.ts";
import { lowerAscii, spellingsOf } from "../../query/case-folding.ts";
import { termsOf } from "../../query/pattern.ts";
import type { ProductFilter } from "../../../../contract/catalog/product-filter.ts";

/** `runs`: bytes that are in every text which has it. */
export type TextMatcher = { runs: Buffer[] } & (
  { bytes: Buffer; regex?: undefined } | { bytes?: undefined; regex: RegExp }
);

export interface Matchers {
  texts: TextMatcher[];
  /** The key begins with one of these, if there are any. */
  beginnings: Buffer[];
}

export function matchersOf(filter: ProductFilter): Matchers {
  const others = [filter.name, filter.description].filter((text) => text !== undefined);
  return {
    texts: [...termsOf(filter.search ?? ""), ...others].map(matcherOf),
    beginnings: filter.sku === undefined ? [] : keyBeginnings(filter.sku).map((text) => Buffer.from(text)),
  };
}

function matcherOf(term: string): TextMatcher {
  const points = Array.from(lowerAscii(term.normalize("NFC"))).map(spellingsOf);
  if (points.every((spellings) => spellings.length === 1)) {
    const bytes = Buffer.from(points.join(""));
    return { bytes, runs: [bytes] };
  }
  const source = points.map((spellings) => `(?:${spellings.map(bytesRegex).join("|")})`).join("");
  // Where there are several ways to write a character, none of them is certain.
  const certain = points.map((spellings) => (spellings.length === 1 ? spellings[0] : "\0")).join("");
  return { regex: new RegExp(source), runs: certain.split("\0").map((run) => Buffer.from(run)) };
}

/** The bytes of UTF-8, each as a character of its own: as a buffer reads as Latin-1. */
const bytesRegex = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
