// Recognizes tables whose first column contains the kind of each row, as in DATANORM: `A;…` is an article, `B;…` adds to an article, and `T;…`
// is a text. Such a file has no column names, and its rows have different columns for each kind.

const KIND = /^[A-Z]{1,2}$/;
const MIN_ROWS = 3;
const MIN_KINDS = 2;
const MAX_KINDS = 12;
/** At least this share of the rows must begin with a kind. The first line can have another form, as in DATANORM 4. */
const MIN_SHARE = 0.9;

/** Returns the kinds in the order in which they occur; undefined if the first column does not contain kinds. */
export function recordKinds(rows: readonly (readonly string[])[]): string[] | undefined {
  const typed = rows.filter(([first = ""]) => KIND.test(first.trim()));
  const kinds = new Set(typed.map(([first = ""]) => first.trim()));
  const widths = new Set(typed.map((cells) => cells.length));
  const isTyped =
    typed.length >= MIN_ROWS &&
    typed.length >= rows.length * MIN_SHARE &&
    kinds.size >= MIN_KINDS &&
    kinds.size <= MAX_KINDS &&
    widths.size > 1;
  return isTyped ? [...kinds] : undefined;
}
