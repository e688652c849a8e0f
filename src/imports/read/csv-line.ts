// The canonical CSV line (RFC 4180, but LF): comma, quotes only where they are needed, doubled inside.

/** A record as one line, with its LF. A lone empty field is quoted, since a blank line is no record. */
export function csvLine(cells: readonly string[]): string {
  if (cells.length === 1 && cells[0] === "") return '""\n';
  return `${cells.map(csvCell).join(",")}\n`;
}

function csvCell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
