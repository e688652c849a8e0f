// A small, lenient CSV reader for display only: pasted tables, the head of a file, one rejected row. Imports are always parsed by
// the server.

export interface TextDialect {
  delimiter: string;
  /** The quote character; empty if values are never quoted. */
  quote: string;
  /** The character that escapes a quote: the quote itself (quotes are doubled), a backslash, or empty. */
  escape: string;
}

export interface Field {
  value: string;
  /** Where the field starts in the text, including its quotes. */
  start: number;
  end: number;
}

/** Returns at most `limit` records, skipping blank ones. A malformed quote is treated as text. */
export function readRecords(text: string, dialect: TextDialect, limit = Infinity): string[][] {
  const records: string[][] = [];
  for (let at = 0; at < text.length && records.length < limit;) {
    const { fields, end } = readRecord(text, at, dialect);
    if (fields.length > 1 || fields[0]?.value !== "") records.push(fields.map(({ value }) => value));
    at = end;
  }
  return records;
}

/** Returns the fields of the record that begins at `at`, and the offset of the next record. */
export function readRecord(text: string, at: number, dialect: TextDialect): { fields: Field[]; end: number } {
  const { delimiter, quote } = dialect;
  const fields: Field[] = [];
  for (let start = at; ;) {
    const isQuoted = quote !== "" && text.startsWith(quote, start);
    const field = isQuoted ? quotedAt(text, start, dialect) : plainAt(text, start, dialect);
    fields.push(field);
    if (!text.startsWith(delimiter, field.end) || field.end >= text.length) {
      return { fields, end: field.end + (text.startsWith("\r\n", field.end) ? 2 : 1) };
    }
    start = field.end + delimiter.length;
  }
}

function plainAt(text: string, start: number, { delimiter }: TextDialect): Field {
  let end = start;
  while (end < text.length && text[end] !== "\n" && text[end] !== "\r" && !text.startsWith(delimiter, end)) end += 1;
  return { value: text.slice(start, end), start, end };
}

function quotedAt(text: string, start: number, dialect: TextDialect): Field {
  const { quote, escape } = dialect;
  let value = "";
  for (let i = start + 1; i < text.length;) {
    const escaped = escape !== "" && text.startsWith(escape, i) ? text[i + 1] : undefined;
    if (escaped !== undefined && (escaped === quote || escape === "\\")) {
      value += escaped;
      i += 2;
    } else if (text[i] === quote) {
      // Keep text after the closing quote as part of the value, so that the cell shows all of it.
      const rest = plainAt(text, i + 1, dialect);
      return { value: value + rest.value, start, end: rest.end };
    } else {
      value += text[i] ?? "";
      i += 1;
    }
  }
  return plainAt(text, start, dialect); // no closing quote: the opening one is text
}

/** Guesses the delimiter of a pasted table: a tab if the first line contains one, otherwise the separator that it contains most
 * often. */
export function guessDelimiter(text: string): string {
  const line = text.trimStart().split(/\r?\n/, 1)[0] ?? "";
  if (line.includes("\t")) return "\t";
  const counted = [",", ";", "|"].map((sign) => ({ sign, count: line.split(sign).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).sign;
}

/** Formats records as CSV with commas, doubled quotes and CRLF (RFC 4180). */
export const writeRecords = (records: readonly (readonly string[])[]): string =>
  records.map((fields) => `${fields.map(quoted).join(",")}\r\n`).join("");

const quoted = (value: string): string => (/[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
