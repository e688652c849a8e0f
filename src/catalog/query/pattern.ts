// Splits a search into words and phrases that a product must contain, and converts each of them to a pattern that PostgreSQL evaluates.
import { MARKS } from "./accents.ts";
import { lowerAscii } from "./case-folding.ts";
import { isAscii, isFolded, isPlain, textOf, type CodePoint } from "./code-points.ts";
import { joinUnits, unitsOf, type Ends } from "./two-letters.ts";
import { join, parameter, raw, sql, type Sql } from "../../db/sql.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of words and phrases in one search, to limit its cost. */
const MAX_WORDS = 32;

/** Returns the single words and the quoted phrases of a search. A product must contain all of them. A quote that is not closed extends to
 * the end of the search.
 * @throws Problem `invalid-request` if there are more than MAX_WORDS words and phrases */
export function splitSearch(search: string): string[] {
  const words = new Set<string>();
  for (const [, quoted, word] of search.normalize("NFC").matchAll(/"([^"]*)(?:"|$)|([^\s"]+)/gu)) {
    const text = lowerAscii(quoted ?? word ?? "");
    if (text !== "") words.add(text);
  }
  // Omit words that are part of a longer word or phrase, because a product that contains the longer one also contains the word.
  const needed = [...words].filter((word) => ![...words].some((other) => other !== word && other.includes(word)));
  if (needed.length > MAX_WORDS) {
    const detail = `The search has ${needed.length} words. Search for at most ${MAX_WORDS} words.`;
    throw new Problem("invalid-request", `/querystring/search: ${detail}`, {
      extra: { errors: [{ pointer: "/querystring/search", detail }] },
    });
  }
  return needed;
}

/** Returns the SQL condition that at least one of the columns contains the search text. The collation "C" gives the same result on every
 * server. */
export function containsSql(columns: readonly string[], points: readonly CodePoint[]): Sql {
  const text = textOf(points);
  const like =
    isPlain(points) || (isFolded(points) && isAscii(text)) ? sql`like ${parameter(containing(text))}::text` : undefined;
  const regex = isPlain(points) ? undefined : sql`~ ${parameter(regexOf(points))}::text`;
  const found = columns.map((column) => {
    const lower = raw(`lower(${column} collate "C")`);
    if (like === undefined || regex === undefined) return sql`${lower} ${like ?? regex}`;
    // A product text in ASCII contains only base letters, so LIKE finds the search text. LIKE costs less than a regular expression.
    const isPlainText = raw(`octet_length(${column}) = char_length(${column})`);
    return sql`case when ${isPlainText} then ${lower} ${like} else ${lower} ${regex} end`;
  });
  return sql`(${join(found, " or ")})`;
}

const containing = (text: string): string => `%${escapeLike(text)}%`;

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** Returns a PostgreSQL regular expression (ARE) that matches the text. In such an expression, a backslash makes the next character literal,
 * unless that character is a letter or digit. */
export const regexOf = (points: readonly CodePoint[], ends: Ends = {}): string =>
  joinUnits(unitsOf(points, ends), regexOfPoint);

function regexOfPoint({ spellings, ignores_marks }: CodePoint): string {
  const [first = "", ...others] = spellings.map((spelling) =>
    spelling.replace(/[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]/g, "\\$&"),
  );
  const marks = ignores_marks === true ? `[${MARKS}]*` : "";
  if (others.length === 0) return first + marks;
  // A bracket expression such as `[aä]` matches faster than `(?:a|ä)`. It needs no escapes here, because in a search that ignores accents
  // only letters have several spellings.
  const isSet = ignores_marks === true && spellings.every((spelling) => Array.from(spelling).length === 1);
  return (isSet ? `[${spellings.join("")}]` : `(?:${[first, ...others].join("|")})`) + marks;
}
