// Converts a search text to conditions on the words that a product must have.
import { isAscii, isFolded, isPlain, textOf, type CodePoint } from "./code-points.ts";
import { foldedForm, gramsOfText, SPLIT_GRAM, startGram, wholeGram } from "./grams.ts";
import { escapeLike, regexOf } from "./pattern.ts";
import { LONGEST_PART, LONGEST_WORD } from "./terms.ts";

/** A condition that follows from one word of the search text. A product that contains the search text has at least one word that passes
 * at least one test in `any_of`. */
export interface Token {
  any_of: readonly WordTest[];
  /** Whether the words are looked up by trigrams without accents. Words that an earlier release stored may not have these trigrams yet. */
  ignores_accents: boolean;
}

/** A test for words. A word passes if it has at least one trigram hash from each list of `grams` and matches at least one of
 * `comparisons`. */
export interface WordTest {
  grams: readonly (readonly number[])[];
  /** A word must match at least one of these comparisons. If the list is empty, the trigrams alone decide whether the word passes. */
  comparisons: readonly Comparison[];
}

interface Comparison {
  operator: "=" | "like" | "~";
  operand: string;
}

/** Returns a condition (token) for each word of a search text. Words for which the index does not help, such as very short ones, get no
 * condition. */
export function tokensOf(points: readonly CodePoint[]): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as CodePoint;
    if (point.class === "single") tokens.push(tokenOfPart([point], IS_WHOLE));
    if (point.class !== "run") continue;
    let end = i;
    while (end < points.length && points[end]?.class === "run") end++;
    tokens.push(tokenOfRun(points.slice(i, end), { at_start: i > 0, at_end: end < points.length }));
    i = end - 1;
  }
  return tokens.filter(({ any_of }) => any_of.every(isIndexed));
}

/** Whether an index of the words can evaluate the test. For one or two letters that may be anywhere in a word, no index helps: PostgreSQL
 * would compare them with every word of the catalogue, which costs more than it saves. */
const isIndexed = ({ grams, comparisons }: WordTest): boolean =>
  grams.length > 0 ||
  comparisons.every(({ operator, operand }) => operator === "=" || (operator === "like" && !operand.startsWith("%")));

/** Whether a part of a search text must be at the start or at the end of a word. */
interface WordEnds {
  /** The text contains a separator before the part, so that the part begins a word. */
  at_start: boolean;
  /** The text contains a separator after the part, so that the part ends a word. */
  at_end: boolean;
}

const IS_WHOLE: WordEnds = { at_start: true, at_end: true };

/** Returns the condition for one sequence of letters and digits in a search text. */
function tokenOfRun(run: readonly CodePoint[], { at_start, at_end }: WordEnds): Token {
  if (at_start && at_end && lengthOf(run) <= LONGEST_WORD) return tokenOfPart(run, IS_WHOLE);
  if (at_start) return tokenOfPart(firstPart(run), { at_start, at_end: false });
  const part = firstPart(at_end ? [...run].reverse() : run);
  if (at_end) part.reverse();
  return tokenOfPart(part, { at_start, at_end });
}

function tokenOfPart(part: readonly CodePoint[], ends: WordEnds): Token {
  if (isPlain(part)) return { any_of: [plainTest(part, ends)], ignores_accents: false };
  const regex = regexTest(part, ends);
  if (!isFolded(part)) return { any_of: [regex], ignores_accents: false };
  return { any_of: [...foldedTests(part, ends, regex), MAY_BE_SPLIT], ignores_accents: true };
}

const MAY_BE_SPLIT: WordTest = { grams: [[SPLIT_GRAM]], comparisons: [] };

/** Returns the test for a part of a search text that can be spelled in one way only. The B-tree index of the words can evaluate the test,
 * unless the part may begin in the middle of a word. */
function plainTest(part: readonly CodePoint[], { at_start, at_end }: WordEnds): WordTest {
  const text = textOf(part);
  if (at_start && at_end) return { grams: [], comparisons: [{ operator: "=", operand: text }] };
  const operand = `${at_start ? "" : "%"}${escapeLike(text)}${at_end ? "" : "%"}`;
  return { grams: at_start ? [] : gramsOfText(part), comparisons: [{ operator: "like", operand }] };
}

function regexTest(part: readonly CodePoint[], { at_start, at_end }: WordEnds): WordTest {
  const regex = regexOf(part, { open_start: !at_start, open_end: !at_end });
  const operand = `${at_start ? "^" : ""}${regex}${at_end ? "$" : ""}`;
  return { grams: gramsOfText(part), comparisons: [{ operator: "~", operand }] };
}

/** Returns the tests for a part of a search text whose accents are ignored. If the part is ASCII and begins a word, the first test finds the
 * words without accents by the B-tree index, and the second test also finds the words with accents. */
function foldedTests(part: readonly CodePoint[], ends: WordEnds, regex: WordTest): WordTest[] {
  const form = foldedForm(textOf(part));
  const isShort = ends.at_start && regex.grams.length === 0 && form !== "";
  const other = isShort ? { ...regex, grams: [[shortGram(form, ends)]] } : regex;
  if (!isAscii(textOf(part))) return [other];
  const ascii = plainTest(part, ends);
  if (ends.at_start) return [ascii, other];
  return [{ grams: regex.grams, comparisons: [...ascii.comparisons, ...regex.comparisons] }];
}

const shortGram = (form: string, { at_end }: WordEnds): number => (at_end ? wholeGram(form) : startGram(form));

/** Returns the beginning of the word, at most LONGEST_PART code units long. The index splits long words into overlapping pieces, and a text
 * of this length lies completely within one piece. */
function firstPart(run: readonly CodePoint[]): CodePoint[] {
  let length = 0;
  const end = run.findIndex((point) => (length += lengthOf([point])) > LONGEST_PART);
  return run.slice(0, end === -1 ? run.length : end);
}

/** Returns the length of a text in code units, counting the longest spelling of each character. */
const lengthOf = (points: readonly CodePoint[]): number =>
  points.reduce((sum, { spellings }) => sum + Math.max(...spellings.map((spelling) => spelling.length)), 0);
