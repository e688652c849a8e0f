// What a person searches for: from what was typed to patterns, and from a pattern to a condition that PostgreSQL checks.
import { lowerAscii, spellingsOf } from "./case-folding.ts";
import { Problem } from "../../../contract/problems.ts";

/** More words at once would be an attack, not a search. */
const MAX_TERMS = 32;

/** The texts that must all be found: words, and quoted words as they stand. A quote that nothing closes holds to the end. */
export function termsOf(search: string): string[] {
  const terms = new Set<string>();
  for (const [, quoted, word] of search.normalize("NFC").matchAll(/"([^"]*)(?:"|$)|([^\s"]+)/gu)) {
    const term = lowerAscii(quoted ?? word ?? "");
    if (term !== "") terms.add(term);
  }
  // What is part of another term is found with it.
  const needed = [...terms].filter((term) => ![...terms].some((other) => other !== term && other.includes(term)));
  if (needed.length > MAX_TERMS) {
    throw new Problem("invalid-request", `/querystring/search: ${needed.length} words; at most ${MAX_TERMS} at once.`);
  }
  return needed;
}

/** How a text is told whether it holds the term; both sides by lower(… collate "C"). */
export interface Pattern {
  operator: "like" | "~";
  operand: string;
}

export function patternOf(term: string): Pattern {
  const points = Array.from(lowerAscii(term.normalize("NFC"))).map(spellingsOf);
  if (points.every((spellings) => spellings.length === 1)) {
    return { operator: "like", operand: `%${escapeLike(points.join(""))}%` };
  }
  return { operator: "~", operand: points.map(regexOf).join("") };
}

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** PostgreSQL's regular expressions (ARE): any character that is no letter or digit stands for itself behind a backslash. */
export function regexOf(spellings: readonly string[]): string {
  const [first = "", ...others] = spellings.map((spelling) =>
    spelling.replace(/[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]/g, "\\$&"),
  );
  return others.length === 0 ? first : `(?:${[first, ...others].join("|")})`;
}
