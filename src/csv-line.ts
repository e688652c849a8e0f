// Writing RFC 4180 with LF: comma, quotes only where they are needed, doubled inside.

/** One record, with its LF. A lone empty field is quoted, since a blank line is no record. */
export function csvLine(cells: readonly string[]): string {
  return line(cells, /[",\r\n]/);
}

/** The same for files that other programs read: a blank at an end of a cell is quoted as well, or many would trim it, and an
 * apostrophe at its start, or it could pass for the quote. */
export function csvLineWithBlanks(cells: readonly string[]): string {
  return line(cells, /[",\r\n]|^[\s\ufeff']|\s$/);
}

function line(cells: readonly string[], needs_quotes: RegExp): string {
  if (cells.length === 1 && cells[0] === "") return '""\n';
  return `${cells.map((text) => (needs_quotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",")}\n`;
}
