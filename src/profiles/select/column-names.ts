// Compares the names of columns, and finds the columns that match a pattern.

/** Two names with the same key denote the same column. */
export const columnKey = (name: string): string => name.normalize("NFC").trim().toLowerCase();

export const isPattern = (name: string): boolean => name.includes("*") || name.includes("{n}");

/** Names that are longer are compared with no pattern: matching takes time in proportion to the length of both. */
const MAX_MATCHED_CHARACTERS = 1000;

/** Whether a column has this name, or matches the pattern: `*` matches any characters, `{n}` matches digits. */
export function matchesColumn(pattern: string, key: string): boolean {
  const plain = columnKey(pattern);
  if (!isPattern(plain)) return plain === key;
  return key.length <= MAX_MATCHED_CHARACTERS && matchParts(partsOf(plain), key);
}

type Part = { kind: "text"; text: string } | { kind: "any" } | { kind: "digits" };

function partsOf(pattern: string): Part[] {
  return pattern.split(/(\*|\{n\})/).flatMap((piece): Part[] => {
    if (piece === "*") return [{ kind: "any" }];
    if (piece === "{n}") return [{ kind: "digits" }];
    return piece === "" ? [] : [{ kind: "text", text: piece }];
  });
}

/** Matches from left to right and keeps the set of all possible ends, so that the time is bounded by parts times characters. */
function matchParts(parts: readonly Part[], text: string): boolean {
  let ends = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const end of ends) addEnds(part, text, end, next);
    if (next.size === 0) return false;
    ends = next;
  }
  return ends.has(text.length);
}

function addEnds(part: Part, text: string, from: number, ends: Set<number>): void {
  switch (part.kind) {
    case "text":
      if (text.startsWith(part.text, from)) ends.add(from + part.text.length);
      return;
    case "any":
      // All later ends are present already if an earlier match has added this one.
      for (let end = from; end <= text.length && !ends.has(end); end++) ends.add(end);
      return;
    case "digits":
      for (let end = from; isDigit(text.charCodeAt(end)) && !ends.has(end + 1); end++) ends.add(end + 1);
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
