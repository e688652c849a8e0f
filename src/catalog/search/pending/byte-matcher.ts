// Compiles the texts of a filter to matchers for the raw bytes of a segment: plain bytes, or a regular expression if a character has
// several spellings (upper and lower case, composed and decomposed; see query/case-folding.ts). A matcher may match too much (for example,
// a text for the name also matches in the description), but never too little.
import type { CodePoint } from "../../query/pattern.ts";
import { isPlain, textOf } from "../../query/pattern.ts";
import type { ParsedFilter } from "../../query/parse-filter.ts";

/** A matcher for one text of a filter. `runs` are byte sequences that every matching product contains. */
export type TextMatcher = { runs: Buffer[] } & (
  { bytes: Buffer; regex?: undefined } | { bytes?: undefined; regex: RegExp }
);

export interface Matchers {
  texts: TextMatcher[];
  /** Possible beginnings of the SKU key; empty if every key matches. */
  prefixes: Buffer[];
}

export function matchersOf({ texts, sku }: ParsedFilter): Matchers {
  return {
    texts: texts.map(({ points }) => matcherOf(points)),
    // The key of a whole SKU is used as a prefix too. The database checks whether the keys are equal.
    prefixes: sku === undefined ? [] : sku.keys.map((key) => Buffer.from(key)),
  };
}

function matcherOf(points: readonly CodePoint[]): TextMatcher {
  if (isPlain(points)) {
    const bytes = Buffer.from(textOf(points));
    return { bytes, runs: [bytes] };
  }
  const source = points.map(({ spellings }) => `(?:${spellings.map(bytesRegex).join("|")})`).join("");
  // A character with several spellings ends a run.
  const certain = points.map(({ spellings }) => (spellings.length === 1 ? spellings[0] : "\0")).join("");
  return { regex: new RegExp(source), runs: certain.split("\0").map((run) => Buffer.from(run)) };
}

/** Returns a regular expression for the UTF-8 bytes of the text, because it is applied to a buffer that is decoded as Latin-1. */
const bytesRegex = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
