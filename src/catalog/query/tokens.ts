// Converts a search text to conditions on the words that a product must have.
import { escapeLike, isPlain, regexOf, textOf, type CodePoint } from "./pattern.ts";
import { gramsOfText } from "./grams.ts";
import { LONGEST_PART, LONGEST_WORD } from "./terms.ts";

/** A condition on a word. Every product that contains the search text has at least one word that fulfils this condition. */
export interface Token {
  operator: "=" | "like" | "~";
  operand: string;
  /** A matching word contains at least one gram from each list. Empty if the operator can use the B-tree index of the words. */
  grams: readonly (readonly number[])[];
}

/** Returns the tokens of a search text. There are none if the text is too short or consists of separators only, because the index cannot
 * narrow such a search. */
export function tokensOf(points: readonly CodePoint[]): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as CodePoint;
    if (point.class === "single") tokens.push(wholeWord([point]));
    if (point.class !== "run") continue;
    let end = i;
    while (end < points.length && points[end]?.class === "run") end++;
    tokens.push(tokenOfRun(points.slice(i, end), i > 0, end < points.length));
    i = end - 1;
  }
  return tokens.filter(isIndexed);
}

/** Whether the index should be searched for the token. One or two letters anywhere in a word would be compared with every word of the
 * catalogue, which costs more than it saves. */
const isIndexed = ({ operator, operand, grams }: Token): boolean =>
  operator === "=" || (operator === "like" && !operand.startsWith("%")) || grams.length > 0;

/** Returns the token for a run of letters and digits.
 * @param atStart whether the text contains a separator before the run, so that the run begins a word
 * @param atEnd whether the text contains a separator after the run, so that the run ends a word */
function tokenOfRun(run: readonly CodePoint[], atStart: boolean, atEnd: boolean): Token {
  if (atStart && atEnd && lengthOf(run) <= LONGEST_WORD) return wholeWord(run);
  if (atStart) return prefix(firstPart(run));
  const part = firstPart(atEnd ? [...run].reverse() : run);
  if (atEnd) part.reverse();
  const grams = gramsOfText(part);
  if (isPlain(part)) return { operator: "like", operand: `%${escapeLike(textOf(part))}${atEnd ? "" : "%"}`, grams };
  return { operator: "~", operand: regexOf(part) + (atEnd ? "$" : ""), grams };
}

function wholeWord(points: readonly CodePoint[]): Token {
  if (isPlain(points)) return { operator: "=", operand: textOf(points), grams: [] };
  return { operator: "~", operand: `^${regexOf(points)}$`, grams: gramsOfText(points) };
}

function prefix(points: readonly CodePoint[]): Token {
  if (isPlain(points)) return { operator: "like", operand: `${escapeLike(textOf(points))}%`, grams: [] };
  return { operator: "~", operand: `^${regexOf(points)}`, grams: gramsOfText(points) };
}

/** Returns the beginning of the run, cut to a length that certainly lies within one segment of a long word. */
function firstPart(run: readonly CodePoint[]): CodePoint[] {
  let length = 0;
  const end = run.findIndex((point) => (length += lengthOf([point])) > LONGEST_PART);
  return run.slice(0, end === -1 ? run.length : end);
}

/** Returns the length in code units if every character has its longest spelling. */
const lengthOf = (points: readonly CodePoint[]): number =>
  points.reduce((sum, { spellings }) => sum + Math.max(...spellings.map((spelling) => spelling.length)), 0);
