// Writing RFC 4180: comma, quotes where needed, LF.

/** One record, with its line end. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\n`;

/** Quoted where a reader could take it for something else; a blank at an end could be lost by trimming readers. */
function csvCell(text: string): string {
  return /[",\n\r]|^[\s\ufeff]|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
