// Recognizes values that a spreadsheet has damaged: error values such as #N/A, and long numbers that were shortened to 4.00638E+12. The
// digits of such a number are lost, so different products have the same text.
import type { Records } from "../../read/records.ts";

/** The error values of spreadsheets in several languages, in lower case. */
const ERRORS: ReadonlySet<string> = new Set(
  (
    "#n/a #ref! #value! #div/0! #name? #null! #num! #spill! #calc! #field! #blocked! #unknown! #connect! #getting_data #error! #err! " +
    "#nv #bezug! #wert! #zahl! #überlauf! #n/d #nd #valeur! #nom? #nombre! #nul! #valor! #¡valor! #¡ref! #¿nombre? #¡num! #¡div/0! " +
    "#¡nulo! #nome? #rif! #valore! #nullo! #n/b #verw! #waarde! #getal! #naam? #leeg! #núm! #adr! #arg! #liczba! #nazwa? #zero! #дел/0! " +
    "#знач! #имя? #пусто! #ссылка! #число! #н/д err:502 err:504 err:508 err:509 err:522 err:523 err:529"
  ).split(" "),
);
/** Maximum number of bytes of an error value. */
const MAX_ERROR_BYTES = 24;

const HASH = 0x23;
const PLUS = 0x2b;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const COLON = 0x3a;

/** Whether a key in `bytes[0, length)`, which is in lower case, is a damaged value. */
export function isDamagedKey(bytes: Buffer, length: number): boolean {
  if (bytes[length - 3] === PLUS || bytes[length - 4] === PLUS) return isShortenedNumber(bytes, 0, length);
  if (length > MAX_ERROR_BYTES || (bytes[0] !== HASH && bytes[3] !== COLON)) return false;
  return ERRORS.has(bytes.toString("utf8", 0, length)) || isFilledWithHashes(bytes, length);
}

/** Number of characters from which a key of nothing but `#` is a number that did not fit its column in the spreadsheet. */
const MIN_HASHES = 4;

function isFilledWithHashes(bytes: Buffer, length: number): boolean {
  if (length < MIN_HASHES) return false;
  for (let pos = 0; pos < length; pos++) if (bytes[pos] !== HASH) return false;
  return true;
}

/** Whether `bytes[start, end)` is a number such as 4.00638E+12. */
function isShortenedNumber(bytes: Buffer, start: number, end: number): boolean {
  let pos = start;
  if (bytes[pos] === 0x2d) pos++;
  const digits = skipDigits(bytes, pos, end);
  if (digits === pos) return false;
  pos = digits;
  if (bytes[pos] === 0x2e || bytes[pos] === 0x2c) pos = skipDigits(bytes, pos + 1, end);
  if ((bytes[pos] !== LOWER_E && bytes[pos] !== UPPER_E) || bytes[pos + 1] !== PLUS) return false;
  const exponent = pos + 2;
  return exponent < end && skipDigits(bytes, exponent, end) === end;
}

function skipDigits(bytes: Buffer, from: number, end: number): number {
  let pos = from;
  while (pos < end && (bytes[pos] as number) >= 0x30 && (bytes[pos] as number) <= 0x39) pos++;
  return pos;
}

/** Counts shortened numbers in the columns of a file. */
export interface DamagedNumbers {
  /** Adds the numbers in a window. Windows without an `E+` cost only a native search. */
  add(records: Records): void;
  /** Number of shortened numbers by the index of their column. */
  readonly counts: ReadonlyMap<number, number>;
}

/** @param skippedColumn index of the SKU column, whose damaged values are rejected */
export function countDamagedNumbers(skippedColumn: number): DamagedNumbers {
  const counts = new Map<number, number>();
  return {
    counts,
    add(records) {
      const { bytes, count, start, end, first_field, field_start, field_end } = records;
      if (count === 0) return;
      const found = bytes.indexOf("E+", start[0]);
      if (found === -1 || found > (end[count - 1] as number)) return;
      for (let r = 0; r < count; r++) {
        const first = first_field[r] as number;
        const last = first_field[r + 1] as number;
        for (let field = first; field < last; field++) {
          const to = field_end[field] as number;
          if (bytes[to - 3] !== PLUS && bytes[to - 4] !== PLUS) continue;
          if (field - first === skippedColumn || !isShortenedNumber(bytes, field_start[field] as number, to)) continue;
          counts.set(field - first, (counts.get(field - first) ?? 0) + 1);
        }
      }
    },
  };
}
