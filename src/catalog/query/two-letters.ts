// A search that ignores accents treats `ß` as `ss`, `æ` as `ae` and `œ` as `oe`. Such a letter may be the spelling of two characters of the
// search text, and the text may begin or end within it: `stras` finds `Straße`.
import { lettersOf } from "./accents.ts";
import type { CodePoint } from "./code-points.ts";

const TWO_LETTERS = ["ss", "ae", "oe"];

/** Whether the search text may begin (`open_start`) or end (`open_end`) within a letter such as `ß`. Default: true. */
export interface Ends {
  open_start?: boolean;
  open_end?: boolean;
}

/** A part of a search text, with its alternative spellings. Each spelling is a sequence of characters. A matching text contains one of the
 * spellings. */
type Unit = readonly (readonly CodePoint[])[];

/** Splits a search text into units. Most units are one character. `sss` is a unit, because it can be spelled `sß` and `ßs`. Four or more
 * neighbouring `s` are split into pairs. The search can then miss other spellings, but no known word needs them. */
export function unitsOf(points: readonly CodePoint[], { open_start = true, open_end = true }: Ends): Unit[] {
  const units: Unit[] = [];
  const at = (i: number): CodePoint => {
    const point = points[i] as CodePoint;
    if (point.ignores_marks !== true) return point;
    const halves = [
      ...(open_start && i === 0 ? lettersWith(1, point) : []),
      ...(open_end && i === points.length - 1 ? lettersWith(0, point) : []),
    ];
    return halves.length === 0 ? point : { ...point, spellings: [...new Set([...point.spellings, ...halves])] };
  };
  for (let i = 0; i < points.length;) {
    const [first, second] = [letterAt(points, i), letterAt(points, i + 1)];
    if (first === undefined) units.push([[at(i++)]]);
    else if (second === undefined || letterAt(points, i + 2) !== undefined) {
      units.push([[at(i), at(i + 1)], [first]]);
      i += 2;
    } else {
      units.push([
        [at(i), at(i + 1), at(i + 2)],
        [first, at(i + 2)],
        [at(i), second],
      ]);
      i += 3;
    }
  }
  return units;
}

/** Returns the character, such as `ß`, that can replace the two characters at this position, if there is one. */
function letterAt(points: readonly CodePoint[], i: number): CodePoint | undefined {
  const pair = points.slice(i, i + 2);
  if (!pair.every(({ ignores_marks }) => ignores_marks === true)) return undefined;
  const text = pair.map(({ spellings }) => spellings[0]).join("");
  if (!TWO_LETTERS.includes(text)) return undefined;
  return { spellings: lettersOf(text), class: "run", ignores_marks: true };
}

/** Returns the letters, such as `ß`, that can replace two letters. `half` states whether this character is the first (0) or the second (1)
 * of the two letters. */
const lettersWith = (half: 0 | 1, { spellings }: CodePoint): string[] =>
  TWO_LETTERS.filter((text) => text[half] === spellings[0]).flatMap(lettersOf);

/** Returns a regular expression that matches the units one after the other. `write` returns the regular expression of a character. */
export const joinUnits = (units: readonly Unit[], write: (point: CodePoint) => string): string =>
  units
    .map((alternatives) => {
      const written = alternatives.map((sequence) => sequence.map(write).join(""));
      return written.length === 1 ? written[0] : `(?:${written.join("|")})`;
    })
    .join("");
