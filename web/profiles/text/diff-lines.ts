// Compares two texts line by line.

export interface DiffLine {
  text: string;
  /** Whether the other text lacks this line. */
  differs: boolean;
}

/** Maximum number of pairs of lines that are compared. In longer texts, all lines between the first and the last difference count as
 * different. */
const MAX_PAIRS = 4_000_000;

/** @returns the lines of both texts. Lines of a longest common subsequence are equal, all others differ */
export function diffLines(left: string, right: string): [DiffLine[], DiffLine[]] {
  const [a, b] = [left.split("\n"), right.split("\n")];
  const start = a.findIndex((line, i) => line !== b[i]);
  if (start === -1) return [marked(a, new Set()), marked(b, rangeOf(a.length, b.length))];
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const differsInA = rangeOf(start, a.length - end);
  const differsInB = rangeOf(start, b.length - end);
  for (const [i, j] of commonLines(a, b, start, end)) {
    differsInA.delete(i);
    differsInB.delete(j);
  }
  return [marked(a, differsInA), marked(b, differsInB)];
}

const rangeOf = (start: number, end: number): Set<number> =>
  new Set(Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i));

const marked = (lines: readonly string[], differing: ReadonlySet<number>): DiffLine[] =>
  lines.map((text, i) => ({ text, differs: differing.has(i) }));

/** Finds equal lines, except in the common beginning (`start` lines) and the common end (`end` lines) of both texts.
 * @returns for each equal line, its index in `a` and its index in `b` */
function commonLines(a: readonly string[], b: readonly string[], start: number, end: number): [number, number][] {
  const rows = a.length - start - end;
  const columns = b.length - start - end;
  if (rows * columns > MAX_PAIRS) return [];
  const lengths = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
  const lengthAt = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  const isEqual = (i: number, j: number): boolean => a[start + i] === b[start + j];
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      (lengths[i] as Uint32Array)[j] = isEqual(i, j)
        ? lengthAt(i + 1, j + 1) + 1
        : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (isEqual(i, j)) pairs.push([start + i++, start + j++]);
    else if (lengthAt(i + 1, j) >= lengthAt(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
