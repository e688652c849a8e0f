// Writes the text format of COPY: https://www.postgresql.org/docs/current/sql-copy.html

const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Escapes a string for a field in COPY's text format. */
export function escapeCopy(text: string): string {
  if (!/[\\\b\f\n\r\t\v]/.test(text)) return text;
  return text.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character] as string);
}
