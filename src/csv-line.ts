// Writes records as CSV (RFC 4180) with LF: fields are quoted only where necessary.

/** Returns one record with its LF. A record of one empty field is quoted, because a blank line is not a record. */
export function csvLine(cells: readonly string[]): string {
  return line(cells, /[",\r\n]/);
}

/**
 * Like `csvLine`, for files that people open in other programs. Also quotes cells with leading or trailing white space, which many programs
 * would trim. Also quotes cells that start with an apostrophe, which some programs use as the quote. Escapes cells that a spreadsheet
 * program would run as formulas (see catalog/export/delimited.ts).
 */
export function csvLineWithBlanks(cells: readonly string[]): string {
  return line(cells.map(escapeFormula), /[",\r\n]|^[\s\ufeff']|\s$/);
}

const escapeFormula = (text: string): string => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function line(cells: readonly string[], needsQuotes: RegExp): string {
  if (cells.length === 1 && cells[0] === "") return '""\n';
  return `${cells.map((text) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",")}\n`;
}
