// Names and patterns of columns in a mapping, compared as the server compares them.

/** The form in which names of columns are compared: neither case nor blanks around a name matter. */
export const comparable = (name: string): string => name.trim().normalize("NFC").toLowerCase();

export const isSameName = (a: string, b: string): boolean => comparable(a) === comparable(b);

export const isPattern = (name: string): boolean => name.includes("*") || name.includes("{n}");

/** Names with more characters than this match no pattern. */
const MAX_MATCHED_NAME = 1000;

/** Whether the column has this name, or matches it as a pattern: `*` matches any characters, and `{n}` matches a number.
 * @param names the names of all columns; a column with exactly the name of the pattern is the only match */
export function matches(pattern: string, name: string, names: readonly string[]): boolean {
  if (isSameName(pattern, name)) return true;
  if (!isPattern(pattern) || name.length > MAX_MATCHED_NAME) return false;
  if (!pattern.includes("{n}") && names.some((other) => isSameName(pattern, other))) return false;
  const [before = "", after] = comparable(pattern).split("{n}");
  const text = comparable(name);
  if (after === undefined) return matchesGlob(text, before);
  for (const { index, 0: digits } of text.matchAll(/\d+/g))
    if (matchesGlob(text.slice(0, index), before) && matchesGlob(text.slice(index + digits.length), after)) return true;
  return false;
}

/** Matches from left to right. Each `*` matches as little as it can, which finds a match if there is one. */
function matchesGlob(text: string, glob: string): boolean {
  const parts = glob.split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return text === glob;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > text.length - last.length) return false;
    from = found + part.length;
  }
  return true;
}
