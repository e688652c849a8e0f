// Recognizes keys that are error values of a spreadsheet.
import { ERRORS } from "./spreadsheet-words.ts";

/** Maximum number of bytes of an error value. */
export const MAX_ERROR_BYTES = 32;

const HASH = 0x23;
const COLON = 0x3a;

/** Whether a key in `bytes[0, length)`, which is in lower case, is an error value. */
export function isErrorKey(bytes: Buffer, length: number): boolean {
  if (length > MAX_ERROR_BYTES || (bytes[0] !== HASH && bytes[3] !== COLON)) return false;
  return ERRORS.has(bytes.toString("utf8", 0, length)) || isFilledWithHashes(bytes, 0, length);
}

/** Minimum length of a cell that consists only of `#` to count as an error value. A spreadsheet shows `####` if a number does not fit its
 * column. */
const MIN_HASHES = 4;

/** Whether `bytes[start, end)` consists of `#`. A spreadsheet shows `####` for a number that is too long for its column. */
export function isFilledWithHashes(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < MIN_HASHES) return false;
  for (let pos = start; pos < end; pos++) if (bytes[pos] !== HASH) return false;
  return true;
}
