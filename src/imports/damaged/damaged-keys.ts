// Recognizes values that a program has damaged and that cannot be SKUs: error values of spreadsheets such as #N/A, long numbers that were
// shortened to 4.00638E+12, and words for missing values. The digits of a shortened number are lost, so different products have the same
// text.
import { isErrorKey } from "./error-keys.ts";

const PLUS = 0x2b;
const HASH = 0x23;
const COLON = 0x3a;
const LOWER_E = 0x65;
const UPPER_E = 0x45;

/** The words that databases and programs write for a missing value, in lower case. */
const MISSING: ReadonlySet<string> = new Set([
  "null",
  "(null)",
  "<null>",
  "nan",
  "undefined",
  "\\n",
  "none",
  "<na>",
  "n/a",
]);
/** Returns the length of a word, its first byte and its last byte as one number. */
const outlineOf = (length: number, first: number, last: number): number => (length << 16) | (first << 8) | last;
const MISSING_OUTLINES = new Set(
  Array.from(MISSING, (word) => outlineOf(word.length, word.charCodeAt(0), word.charCodeAt(word.length - 1))),
);
const MAX_MISSING_BYTES = 9;
/** 1 at the index of each byte with which a word for a missing value begins. */
const MISSING_FIRST = new Uint8Array(256);
for (const word of MISSING) MISSING_FIRST[word.charCodeAt(0)] = MISSING_FIRST[word.toUpperCase().charCodeAt(0)] = 1;

/** Whether a key in `bytes[0, length)`, which is in lower case, is a damaged value.
 * @param takesWords whether words for missing values are allowed as SKUs */
export function isDamagedKey(bytes: Buffer, length: number, takesWords = false): boolean {
  if (bytes[length - 3] === PLUS || bytes[length - 4] === PLUS) return isShortenedNumber(bytes, 0, length);
  if (length <= MAX_MISSING_BYTES && hasMissingOutline(bytes, 0, length))
    return !takesWords && MISSING.has(bytes.toString("latin1", 0, length));
  return isErrorKey(bytes, length);
}

/** Maximum length of a damaged value. The longest ones are numbers with some twenty digits, and error values. */
const MAX_DAMAGED_CHARACTERS = 64;

/** Whether the text is a damaged value. */
export function isDamagedText(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > MAX_DAMAGED_CHARACTERS) return false;
  const bytes = Buffer.from(trimmed.toLowerCase());
  return isDamagedKey(bytes, bytes.length);
}

/** Whether `bytes[start, end)` could be a damaged value. This test is cheap. If it returns true, `isDamagedText` has to be called. */
export function mayBeDamaged(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] as number;
  if (first === HASH || bytes[start + 3] === COLON || bytes[end - 3] === PLUS || bytes[end - 4] === PLUS) return true;
  return end - start <= MAX_MISSING_BYTES && hasMissingOutline(bytes, start, end);
}

/** Whether a word for a missing value has the length, the first letter and the last letter of `bytes[start, end)`. */
const hasMissingOutline = (bytes: Buffer, start: number, end: number): boolean =>
  MISSING_FIRST[bytes[start] as number] === 1 &&
  MISSING_OUTLINES.has(outlineOf(end - start, lowerCase(bytes[start] as number), lowerCase(bytes[end - 1] as number)));

const lowerCase = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** Whether `bytes[start, end)` is a number such as 4.00638E+12. */
export function isShortenedNumber(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[end - 3] !== PLUS && bytes[end - 4] !== PLUS) return false;
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
