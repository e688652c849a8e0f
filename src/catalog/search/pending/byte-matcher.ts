// Compiles the texts of a filter to matchers for the raw bytes of a segment: plain bytes, or a regular expression if a character has
// several spellings (upper and lower case, composed and decomposed; see query/case-folding.ts). A matcher may match too much (for example,
// a text for the name also matches in the description), but never too little.
import { foldPoint } from "../../query/accents.ts";
import { isAscii, isFolded, isPlain, textOf, type CodePoint } from "../../query/code-points.ts";
import { joinUnits, unitsOf } from "../../query/two-letters.ts";
import type { ParsedFilter } from "../../query/parse-filter.ts";

/** A matcher for one text of a filter. */
export interface TextMatcher {
  /** Byte sequences that every matching product contains. If the search ignores accents, a product contains them after its accents are
   * removed. */
  runs: Buffer[];
  /** The bytes to search for in an ASCII-only product; undefined if no ASCII-only product matches. */
  ascii: Buffer | undefined;
  /** The pattern to search for in a product with non-ASCII characters. */
  other: Buffer | RegExp;
}

export interface Matchers {
  texts: TextMatcher[];
  /** Possible beginnings of the SKU key; empty if every key matches. */
  prefixes: Buffer[];
}

export function matchersOf({ texts, sku }: ParsedFilter): Matchers {
  return {
    texts: texts.map(({ points }) => matcherOf(points)),
    // A SKU without `*` is treated as a prefix here, too. The database later checks that the whole key is equal.
    prefixes: sku === undefined ? [] : sku.keys.map((key) => Buffer.from(key)),
  };
}

function matcherOf(points: readonly CodePoint[]): TextMatcher {
  const bytes = Buffer.from(textOf(points));
  if (isPlain(points)) return { runs: [bytes], ascii: bytes, other: bytes };
  const other = new RegExp(joinUnits(unitsOf(points, {}), regexOfPoint));
  // `runs` are the byte sequences that every matching product contains. The search text is split at each character that a product may spell
  // in more than one way. If the search ignores accents, a character is kept if removing the accents makes all its spellings equal.
  const certain = points.map((point) => (isCertain(point) ? point.spellings[0] : "\0")).join("");
  const runs = certain.split("\0").map((run) => Buffer.from(run));
  return { runs, ascii: isFolded(points) && isAscii(textOf(points)) ? bytes : undefined, other };
}

/** Whether the first spelling of the character occurs in every matching product: literally, or, if the search ignores accents, after the
 * product's accents are removed. */
const isCertain = ({ spellings, ignores_marks }: CodePoint): boolean =>
  ignores_marks === true ? spellings.every((spelling) => foldPoint(spelling) === spellings[0]) : spellings.length === 1;

function regexOfPoint({ spellings, ignores_marks }: CodePoint): string {
  const alternatives = spellings.map(bytesRegex).join("|");
  return `(?:${alternatives})${ignores_marks === true ? MARKS_REGEX : ""}`;
}

/** The UTF-8 bytes of U+0300 to U+036F. */
const MARKS_REGEX = "(?:\\xcc[\\x80-\\xbf]|\\xcd[\\x80-\\xaf])*";

/** Returns a regular expression for the UTF-8 bytes of the text. The expression is applied to a buffer that is decoded as Latin-1, so each
 * byte is one character. */
const bytesRegex = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
