// Splits a cell with several pairs, such as `color=red,note="x, y"`, at its separators. A separator within double quotes is part of the
// value.
//
// All functions take linear time, whatever the text contains. A search for a closing quote skips pairs of adjacent quotes (`""`) and stops
// at the first quote that is not in a pair. Each run of quotes that it skips therefore has an even length. A later search in the skipped
// text starts at the first quote of such a run and stops at its last quote. No character is thus read by more than two searches.

const QUOTE = '"';
const QUOTE_CODE = 34;

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

/** Returns the parts of the text with their quotes. A quote opens a quoted text only at the start of a part or directly after `sign`. The
 * closing quote must be followed by a separator or the end of the text; otherwise, both quotes are ordinary characters.
 * @param sign the text between the name and the value of a pair; empty if there is none */
export function splitQuoted(text: string, split: string, sign: string): string[] {
  if (!text.includes(QUOTE) || split.includes(QUOTE) || sign.includes(QUOTE)) return text.split(split);
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const end = endOfPart(text, from, split, sign);
    parts.push(text.slice(from, end));
    if (end === text.length) return parts;
    from = end + split.length;
  }
}

function endOfPart(text: string, from: number, split: string, sign: string): number {
  const separator = text.indexOf(split, from);
  const end = separator === -1 ? text.length : separator;
  const quoted = endOfQuoted(text, skipBlanks(text, from, end), split);
  if (quoted !== -1) return quoted;
  const signAt = sign === "" ? -1 : text.slice(from, end).indexOf(sign);
  return signAt === -1
    ? end
    : Math.max(end, endOfQuoted(text, skipBlanks(text, from + signAt + sign.length, end), split));
}

function skipBlanks(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Returns the position of the separator after the quoted text that begins at `from`; -1 if no quoted text begins there. */
function endOfQuoted(text: string, from: number, split: string): number {
  if (text.charCodeAt(from) !== QUOTE_CODE) return -1;
  let at = closingQuote(text, from);
  if (at === -1) return -1;
  do at++;
  while (isBlank(text.charCodeAt(at)) && !text.startsWith(split, at));
  return at === text.length || text.startsWith(split, at) ? at : -1;
}

/** Returns the position of the quote that closes the quoted text at `from`; -1 if there is none. Two quotes in a row are an escaped quote. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf(QUOTE, from + 1);
  while (at !== -1 && text.charCodeAt(at + 1) === QUOTE_CODE) at = text.indexOf(QUOTE, at + 2);
  return at;
}

/** Removes the quotes that enclose the text, and the blanks around them. Replaces each escaped quote (`""`) by one quote. Returns the
 * unmodified text if no quotes enclose it. */
export function unquoted(text: string): string {
  if (!text.includes(QUOTE)) return text;
  const from = skipBlanks(text, 0, text.length);
  let to = text.length;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  if (text.charCodeAt(from) !== QUOTE_CODE || closingQuote(text, from) !== to - 1) return text;
  return text.slice(from + 1, to - 1).replaceAll('""', QUOTE);
}
