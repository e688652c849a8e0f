// Test helper: the score of Pollock, a corpus of polluted CSV files. The score measures how much of a file's header, records and cells a
// reader recovers (Vitagliano et al., "Pollock: A Data Loading Benchmark", VLDB 2023,
// https://github.com/HPI-Information-Systems/Pollock).

/** Returns the sum of ten figures from 0 to 1: success, then precision, recall and F1 of header, records and cells. */
export function scoreFile(clean: readonly string[][], loaded: readonly string[][]): number {
  const [cleanHeader, ...cleanRows] = lowerCase(clean);
  const [loadedHeader, ...loadedRows] = lowerCase(loaded);
  if (cleanHeader === undefined) return 10;
  const header =
    loadedHeader === undefined ? (cleanHeader.length === 0 ? 3 : 0) : compareBags(cleanHeader, loadedHeader);
  const records = compareBags(cleanRows.map(join), loadedRows.map(join));
  const cells = compareBags(lowerCase(clean).flat(), lowerCase(loaded).flat());
  return 1 + header + records + cells;
}

/** Parses canonical CSV, the form of the corpus's expected results. */
export function parseCanonical(text: string): string[][] {
  const rows: string[][] = [];
  const normal = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  for (let pos = 0; pos < normal.length;) {
    const row: string[] = [];
    for (;;) {
      const cell = /"((?:[^"]|"")*)"|[^,\n]*/y;
      cell.lastIndex = pos;
      const match = cell.exec(normal);
      row.push(match?.[1]?.replaceAll('""', '"') ?? match?.[0] ?? "");
      pos = cell.lastIndex + 1;
      if (normal[pos - 1] !== ",") break;
    }
    rows.push(row);
  }
  return rows;
}

const join = (cells: readonly string[]): string => cells.join("");
const lowerCase = (rows: readonly string[][]): string[][] => rows.map((row) => row.map((cell) => cell.toLowerCase()));

/** Returns the sum of precision, recall and F1 of two multisets of strings. */
function compareBags(expected: readonly string[], found: readonly string[]): number {
  if (expected.length === 0) return 3;
  const counts = new Map<string, number>();
  for (const text of expected) counts.set(text, (counts.get(text) ?? 0) + 1);
  let common = 0;
  for (const text of found) {
    const left = counts.get(text) ?? 0;
    if (left > 0) common++;
    counts.set(text, left - 1);
  }
  if (common === 0) return 0;
  const precision = common / expected.length;
  const recall = common / found.length;
  return precision + recall + (2 * precision * recall) / (precision + recall);
}
