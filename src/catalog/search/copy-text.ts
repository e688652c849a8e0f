// The text format of COPY: https://www.postgresql.org/docs/current/sql-copy.html

const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};
const CHARACTERS = Object.fromEntries(Object.entries(ESCAPES).map(([character, escape]) => [escape, character]));

/** As PostgreSQL writes a text. */
export function escapeCopy(text: string): string {
  if (!/[\\\b\f\n\r\t\v]/.test(text)) return text;
  return text.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character] as string);
}

export function unescapeCopy(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\[\\bfnrtv]/g, (escape) => CHARACTERS[escape] as string);
}
