// The query's side of words: from what is searched for to the words that a product must have for it.
import { classOf, LONGEST_PART, LONGEST_WORD, type CharacterClass } from "../../query/terms.ts";
import { lowerAscii, spellingsOf } from "../../query/case-folding.ts";
import { escapeLike, regexOf } from "../../query/pattern.ts";
import { gramsOf } from "./words.ts";

/** A condition on a word; every product that holds the term has a word for which it is true. */
export interface Token {
  operator: "=" | "like" | "~";
  operand: string;
  /** All of which the word has; none where the operator finds the words by their order. */
  grams: number[];
}

interface Point {
  spellings: string[];
  class: CharacterClass;
}

/** The tokens of a term. None where it is too short, or only made of what lies between words: then the index cannot help. */
export function tokensOf(term: string): Token[] {
  const points = Array.from(lowerAscii(term.normalize("NFC"))).map(pointOf);
  const tokens: Token[] = [];
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as Point;
    if (point.class === "single") tokens.push(...usable(exactly([point])));
    if (point.class !== "run") continue;
    let end = i;
    while (end < points.length && points[end]?.class === "run") end++;
    tokens.push(...usable(tokenOfRun(points.slice(i, end), i > 0, end < points.length)));
    i = end - 1;
  }
  return tokens;
}

/** What would have to be held against every word there is costs more than it saves: one or two letters anywhere in a word. */
const usable = (token: Token): Token[] => (isOrdered(token) || token.grams.length > 0 ? [token] : []);
const isOrdered = ({ operator, operand }: Token): boolean =>
  operator === "=" || (operator === "like" && !operand.startsWith("%"));

function pointOf(point: string): Point {
  const spellings = spellingsOf(point);
  return { spellings, class: classOf(point.codePointAt(0) as number) };
}

/** `starts`, `ends`: whether a word of the product starts and ends where the run does, since the term goes on there. */
function tokenOfRun(run: readonly Point[], starts: boolean, ends: boolean): Token {
  if (starts && ends && lengthOf(run) <= LONGEST_WORD) return exactly(run);
  if (starts) return beginning(part(run));
  const known = part(ends ? [...run].reverse() : run);
  if (ends) known.reverse();
  const grams = gramsOf(textOf(known));
  if (isPlain(known)) return { operator: "like", operand: `%${escapeLike(textOf(known))}${ends ? "" : "%"}`, grams };
  return { operator: "~", operand: regexOfPoints(known) + (ends ? "$" : ""), grams };
}

function exactly(points: readonly Point[]): Token {
  if (isPlain(points)) return { operator: "=", operand: textOf(points), grams: [] };
  return { operator: "~", operand: `^${regexOfPoints(points)}$`, grams: gramsOf(textOf(points)) };
}

function beginning(points: readonly Point[]): Token {
  if (isPlain(points)) return { operator: "like", operand: `${escapeLike(textOf(points))}%`, grams: [] };
  return { operator: "~", operand: `^${regexOfPoints(points)}`, grams: gramsOf(textOf(points)) };
}

/** As many of the first points as surely lie within one piece of a long word. */
function part(run: readonly Point[]): Point[] {
  let length = 0;
  const fitting = run.findIndex((point) => (length += lengthOf([point])) > LONGEST_PART);
  return run.slice(0, fitting === -1 ? run.length : fitting);
}

const lengthOf = (points: readonly Point[]): number =>
  points.reduce((sum, { spellings }) => sum + Math.max(...spellings.map((spelling) => spelling.length)), 0);
const isPlain = (points: readonly Point[]): boolean => points.every(({ spellings }) => spellings.length === 1);
const textOf = (points: readonly Point[]): string => points.map(({ spellings }) => spellings[0]).join("");
const regexOfPoints = (points: readonly Point[]): string => points.map(({ spellings }) => regexOf(spellings)).join("");
