// A small, lenient reader of delimited text for what people look at: pasted tables, the head of a file, one rejected row. What
// is imported is read by the server.

export interface TextDialect {
  delimiter: string;
  /** Empty: nothing is quoted. */
  quote: string;
  /** The quote itself (doubled), a backslash, or empty. */
  escape: string;
}

export interface Field {
  value: string;
  /** Where it stands in the text, quotes included. */
  start: number;
  end: number;
}

/** At most `limit` records, without those that are blank; a faulty quote is taken as text, as well as can be. */
export function readRecords(text: string, dialect: TextDialect, limit = Infinity): string[][] {
  const records: string[][] = [];
  for (let at = 0; at < text.length && records.length < limit;) {
    const { fields, end } = readRecord(text, at, dialect);
    if (fields.length > 1 || fields[0]?.value !== "") records.push(fields.map(({ value }) => value));
    at = end;
  }
  return records;
}

/** The record that begins at `at`, and where the next one does. */
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
      // Text behind the closing quote belongs to the value, or the cell would lose it.
      const rest = plainAt(text, i + 1, dialect);
      return { value: value + rest.value, start, end: rest.end };
    } else {
      value += text[i] ?? "";
      i += 1;
    }
  }
  return plainAt(text, start, dialect); // never closed
}

/** Delimiter of a pasted table: a tab where there is one, else what the first line has most of. */
export function guessDelimiter(text: string): string {
  const line = text.trimStart().split(/\r?\n/, 1)[0] ?? "";
  if (line.includes("\t")) return "\t";
  const counted = [",", ";", "|"].map((sign) => ({ sign, count: line.split(sign).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).sign;
}

/** A CSV with commas, doubled quotes and CRLF, as RFC 4180 has it. */
export const writeRecords = (records: readonly (readonly string[])[]): string =>
  records.map((fields) => `${fields.map(quoted).join(",")}\r\n`).join("");

const quoted = (value: string): string => (/[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
