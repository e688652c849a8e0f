// Compiles a filter's texts for the raw bytes of a segment: plain bytes, or a regular expression if a character has several spellings.
// A matcher may match too much (a name instead of a description), never too little.
import type { CodePoint } from "../../query/pattern.ts";
import { isPlain, textOf } from "../../query/pattern.ts";
import type { ParsedFilter } from "../../query/parse-filter.ts";

/** `runs`: byte sequences that every matching text contains. */
export type TextMatcher = { runs: Buffer[] } & (
  { bytes: Buffer; regex?: undefined } | { bytes?: undefined; regex: RegExp }
);

export interface Matchers {
  texts: TextMatcher[];
  /** The SKU key starts with one of these; empty: any key. */
  prefixes: Buffer[];
}

export function matchersOf({ texts, sku }: ParsedFilter): Matchers {
  return {
    texts: texts.map(({ points }) => matcherOf(points)),
    // For a whole SKU its key is a prefix too; the database checks the rest.
    prefixes: sku === undefined ? [] : sku.keys.map((key) => Buffer.from(key)),
  };
}

function matcherOf(points: readonly CodePoint[]): TextMatcher {
  if (isPlain(points)) {
    const bytes = Buffer.from(textOf(points));
    return { bytes, runs: [bytes] };
  }
  const source = points.map(({ spellings }) => `(?:${spellings.map(bytesRegex).join("|")})`).join("");
  // A character with several spellings interrupts the run.
  const certain = points.map(({ spellings }) => (spellings.length === 1 ? spellings[0] : "\0")).join("");
  return { regex: new RegExp(source), runs: certain.split("\0").map((run) => Buffer.from(run)) };
}

/** The UTF-8 bytes as characters: the regular expression runs on the buffer decoded as Latin-1. */
const bytesRegex = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
