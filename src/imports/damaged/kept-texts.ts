// Recognizes texts that only a spreadsheet program reads as their authors intended: formulas without their result, and numbers after a
// backtick.

export const EQUALS = 0x3d;
export const BACKTICK = 0x60;
const APOSTROPHE = 0x27;
/** Minimum number of bytes of a formula, such as `=A1`. At most INSPECTED_BYTES of a longer formula are inspected. */
const MIN_FORMULA_BYTES = 3;
const INSPECTED_BYTES = 200;

/**
 * A reference to a cell, a function, a sheet or a calculation after the equals sign. Spreadsheets write names of functions and columns in
 * capital letters. Texts such as `=5 mm` and `=> see below` are values.
 */
const FORMULA =
  /^=\s{0,9}[-+(]{0,9}(?:\$?[A-Z]{1,3}\$?[1-9]\d{0,6}(?![\p{L}\d])|\p{Lu}[\p{Lu}\d._]{0,30}\(|'[^']{1,60}'!|[\p{L}\d_]{1,60}!\$?[A-Z]|\d{1,15}(?:[.,]\d{1,15})?\s?[-+*/^&]\s?[\d$A-Z(]|"[^"]{0,100}"\s?&)/u;

/** Whether `bytes[start, end)` is a formula of a spreadsheet, such as `=A1*2`. Phone numbers (`+49 30 …`), negative numbers and names such
 * as `@home` are values, and so is a text after an apostrophe, with which a program marks it as text. */
export function isFormula(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== EQUALS || end - start < MIN_FORMULA_BYTES || bytes[start - 1] === APOSTROPHE) return false;
  return FORMULA.test(bytes.toString("utf8", start, Math.min(end, start + INSPECTED_BYTES)));
}

/** Maximum number of bytes of a number after a backtick. */
const MAX_GUARDED_BYTES = 64;
const GUARDED = /^`[-+]?\d[^`]*$/;

/** Whether `bytes[start, end)` is a number after a backtick, such as `` `0017``. Some programs write the backtick so that a spreadsheet
 * keeps the number as text. Names that begin with a backtick, and code between two backticks, are values. */
export function isGuardedNumber(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== BACKTICK || end - start > MAX_GUARDED_BYTES) return false;
  return GUARDED.test(bytes.toString("utf8", start, end));
}
