// Finds files whose header is written with a different delimiter from the rows.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { countKnownNames } from "../columns/column-claims.ts";

const DELIMITERS = new Map([
  [",", "commas"],
  [";", "semicolons"],
  ["\t", "tabs"],
  ["|", "pipes (|)"],
]);
/** Number of rows whose delimiter is compared with the delimiter of the header. */
const ROWS = 20;

/** The parts of a table that are compared. */
interface HeaderAndRows {
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Returns the names of the delimiters of the header and of the rows if they differ. */
export function findMixedDelimiters(
  { header, rows }: HeaderAndRows,
  dialect: Dialect,
): { header: string; rows: string } | undefined {
  const top = dialect.header ? header : (rows[0] ?? []);
  const below = (dialect.header ? rows : rows.slice(1)).slice(0, ROWS);
  const used = DELIMITERS.get(dialect.delimiter);
  if (used === undefined || below.length === 0) return undefined;
  if (top.length === 1) {
    // The rows fit the dialect, and the header has the same number of names with another delimiter.
    const other = delimiterOf(top[0] ?? "", (count) => below.every((cells) => cells.length === count + 1), dialect);
    return other === undefined ? undefined : { header: other, rows: used };
  }
  if (!below.every((cells) => cells.length === 1)) return undefined;
  const other = delimiterOf(below[0]?.[0] ?? "", (count) => count === top.length - 1, dialect);
  const fits = other !== undefined && countKnownNames(top) > 0;
  return fits ? { header: used, rows: other } : undefined;
}

/** Whether the only cell of a row contains column names separated by a delimiter other than the one that the row was split with. */
export const isJoinedHeader = (cells: readonly string[]): boolean =>
  cells.length === 1 &&
  [...DELIMITERS.keys()].some((mark) => countKnownNames((cells[0] ?? "").slice(0, 10_000).split(mark)) > 1);

/** Whether each line of the file is one quoted field that contains the whole record. */
export const hasQuotedLines = ({ header, rows }: HeaderAndRows, { delimiter }: Dialect): boolean =>
  isJoinedHeader(header) &&
  header[0]?.includes(delimiter) === true &&
  rows.length > 0 &&
  rows.slice(0, ROWS).every((cells) => cells.length === 1 && cells[0]?.includes(delimiter) === true);

/** Returns the name of the delimiter for which `fits` returns true, if it is not the delimiter of the dialect.
 * @param fits whether this number of delimiters in the text is right */
function delimiterOf(text: string, fits: (count: number) => boolean, { delimiter }: Dialect): string | undefined {
  for (const [mark, name] of DELIMITERS) {
    const count = text.split(mark).length - 1;
    if (mark !== delimiter && count > 0 && fits(count)) return name;
  }
  return undefined;
}
