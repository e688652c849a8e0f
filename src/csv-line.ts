// Writing RFC 4180 with LF: comma, quotes only where they are needed, doubled inside.

/** One record, with its LF. A lone empty field is quoted, since a blank line is no record. */
export function csvLine(cells: readonly string[]): string {
  return line(cells, /[",\r\n]/);
}

/** The same for files that people open: a blank at an end of a cell is quoted as well, or many programs would trim it, an
 * apostrophe at its start, or it could pass for the quote, and what a spreadsheet program would run is escaped
 * (see catalog/export/delimited.ts). */
export function csvLineWithBlanks(cells: readonly string[]): string {
  return line(cells.map(escapeFormula), /[",\r\n]|^[\s\ufeff']|\s$/);
}

const escapeFormula = (text: string): string => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function line(cells: readonly string[], needsQuotes: RegExp): string {
  if (cells.length === 1 && cells[0] === "") return '""\n';
  return `${cells.map((text) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",")}\n`;
}
