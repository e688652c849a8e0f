// Converts a cell's number to the text that a spreadsheet program shows: digits, a percentage, a date, a time, or a code with leading
// zeros.
import {
  DIGIT,
  OPTIONAL_DIGIT,
  POINT,
  sectionOf,
  type NumberFormat,
  type NumberKind,
  type Percentage,
} from "./number-format.ts";

const DAY_MS = 86_400_000;
/** Day 0 of workbooks that count days from 1900. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
/** Day 0 of workbooks that count days from 1904, as Excel for old Macs did. */
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** The number of 29 February 1900, which did not exist. Day numbers before it have to be shifted by one. */
const FALSE_LEAP_DAY = 60;
/** The number of the day after 9999-12-31, the last date of a spreadsheet. */
const END_OF_DAYS = 2_958_466;

const MIDNIGHT = "00:00:00";

/** Maximum number of digits that a spreadsheet shows. */
const SHOWN_DIGITS = 15;
/** Maximum number of zeros that an exponent may add. No code or price has that many digits. */
const MAX_PLACES = 40;

const WHOLE = /^(?:0|-?[1-9]\d*)$/;
/** A whole number or a fraction in the spelling that a spreadsheet shows. The number of digits is checked separately. */
const ORDINARY = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

export function numberText(raw: string, format: NumberFormat, is1904: boolean): string {
  if (format === "plain" && isOrdinary(raw)) return raw;
  const text = raw.trim();
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return text;
  if (typeof format === "string") return kindText(text, value, format, is1904);
  const plain = plainNumber(text, value);
  if (typeof format === "number") return paddedText(plain, format);
  const section = sectionOf(format, value);
  if (section === undefined) return plain;
  if (typeof section.shows === "string") return kindText(text, value, section.shows, is1904);
  if ("after" in section.shows) return percentText(plain, section.shows);
  const code = codeText(plain.replace("-", ""), section.shows.code);
  if (code === undefined) return plain;
  // `format[1]` is the format's section for negative numbers. If a minus sign is displayed, this section already contains the sign.
  return value < 0 && section !== format[1] ? `-${code}` : code;
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const ISO_DATE = /^\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?$/;

/** Whether `numberText` returned the same number, a percentage or a date. A format can display a number that differs from the one in the
 * cell: `12.345` for 12345. */
export function isPlainValue(raw: string, text: string): boolean {
  if (text === raw && isOrdinary(text)) return true;
  if (ISO_DATE.test(text)) return true;
  const isPercent = text.includes("%");
  const shown = isPercent ? text.replace(/[%\s]/gu, "") : text;
  const value = isPercent ? Number(shown) / 100 : Number(shown);
  return DECIMAL.test(shown) && value.toPrecision(SHOWN_DIGITS) === Number(raw).toPrecision(SHOWN_DIGITS);
}

/** Whether the number needs no rounding or rewriting to be displayed. A text of 16 characters has at most 15 digits and a decimal point or
 * a sign. */
const isOrdinary = (text: string): boolean =>
  (text.length <= SHOWN_DIGITS + 1 ? ORDINARY : WHOLE).test(text) && text !== "-0";

const kindText = (text: string, value: number, kind: NumberKind, is1904: boolean): string =>
  (kind === "plain" ? undefined : dateText(value, kind, is1904)) ?? plainNumber(text, value);

/** Writes 0.175 as `17.5%`, with all its digits: the cell may show fewer decimal places. */
function percentText(plain: string, { before, after }: Percentage): string {
  if (!DECIMAL.test(plain)) return plain;
  const sign = plain.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = plain.slice(sign.length).split(".");
  const percent = (whole + fraction.padEnd(2, "0").slice(0, 2)).replace(/^0+(?=\d)/, "");
  const decimals = fraction.slice(2);
  return `${sign}${before}${percent}${decimals === "" ? "" : `.${decimals}`}${after}`;
}

function paddedText(plain: string, length: number): string {
  if (!WHOLE.test(plain)) return plain;
  return plain.startsWith("-") ? `-${plain.slice(1).padStart(length, "0")}` : plain.padStart(length, "0");
}

/** Converts a number to text without an exponent and without zeros at the end of its fraction, so that equal numbers give the same text.
 * Whole numbers (codes may have 18 digits) and short fractions keep all digits. Other numbers are rounded to the 15 digits that a
 * spreadsheet shows: 0.30000000000000004 becomes 0.3. */
function plainNumber(text: string, value: number): string {
  if (isOrdinary(text)) return text;
  const parts = NUMBER.exec(text);
  // Leave a text such as 0x11 unchanged: only JavaScript accepts it as a number.
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent] = parts;
  const places = Number(exponent ?? 0);
  if (Math.abs(places) > MAX_PLACES) return String(value);
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = withoutZeros(digits);
  if (significant === "") return "0";
  const isExact = significant.length <= SHOWN_DIGITS || (exponent === undefined && /^0*$/.test(fraction));
  if (!isExact) return plainNumber(roundedText(value), value);
  return (
    (sign === "-" ? "-" : "") + shifted(significant, digits.length - significant.length - fraction.length + places)
  );
}

/** Removes the zeros at the end. A regular expression would take quadratic time for many zeros before another digit. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

/** Rounds to 15 digits. The result has an exponent, so that it never counts as a whole number with more digits. */
const roundedText = (value: number): string => value.toExponential(SHOWN_DIGITS - 1);

/** Returns the number `digits` × 10^`places` as text without an exponent. */
function shifted(digits: string, places: number): string {
  if (places >= 0) return digits + "0".repeat(places);
  const point = digits.length + places;
  return point > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : `0.${"0".repeat(-point)}${digits}`;
}

/** Formats an unsigned number with the pattern of a code, such as 00000. Returns undefined if the number has more decimal places than
 * the pattern: the spreadsheet shows such a number rounded, and the rounded number could be the code of another product. */
function codeText(plain: string, pattern: string): string | undefined {
  const [whole = "", fraction = ""] = plain.split(".");
  const [before = "", after = ""] = pattern.split(POINT);
  const decimals = digitsOf(after);
  if (fraction.length > decimals) return undefined;
  const tail = after === "" ? "" : fillFraction(fraction, after);
  // Blanks around a code only align it with other cells.
  return (fillWhole(whole === "0" ? "" : whole, before) + tail).trim();
}

const isDigit = (char: string): boolean => char === DIGIT || char === OPTIONAL_DIGIT;
const digitsOf = (pattern: string): number => Array.from(pattern).filter(isDigit).length;

/** Writes the digits into the pattern's placeholders, from right to left. Digits that are left over are written before the leftmost
 * placeholder. */
function fillWhole(digits: string, pattern: string): string {
  let left = digits;
  let placeholders = digitsOf(pattern);
  const filled: string[] = [];
  for (const char of Array.from(pattern).reverse()) {
    if (!isDigit(char)) {
      filled.push(char);
      continue;
    }
    const isFirst = --placeholders === 0;
    const from = isFirst ? 0 : Math.max(0, left.length - 1);
    filled.push(left.slice(from) || (char === DIGIT ? "0" : ""));
    left = left.slice(0, from);
  }
  return filled.reverse().join("");
}

function fillFraction(digits: string, pattern: string): string {
  let used = 0;
  const filled = Array.from(pattern, (char) => {
    if (!isDigit(char)) return char;
    const digit = digits[used++];
    return digit ?? (char === DIGIT ? "0" : "");
  }).join("");
  return /^\d/.test(filled) ? `.${filled}` : filled;
}

function dateText(value: number, format: Exclude<NumberKind, "plain">, is1904: boolean): string | undefined {
  if (value < 0 || value >= END_OF_DAYS) return undefined;
  const seconds = Math.round(value * 86_400);
  if (format === "duration") return clock(Math.floor(seconds / 3600), seconds);
  const days = Math.floor(seconds / 86_400);
  const time = seconds % 86_400 === 0 ? undefined : clock(Math.floor(seconds / 3600) % 24, seconds);
  if (format === "time" || (days === 0 && !is1904)) return time ?? MIDNIGHT;
  const falseDay = !is1904 && days < FALSE_LEAP_DAY ? 1 : 0;
  const date = isoDate((is1904 ? EPOCH_1904 : EPOCH_1900) + (days + falseDay) * DAY_MS);
  return time === undefined ? date : `${date} ${time}`;
}

/** The dates that were converted last. Tables have few different dates, and converting one takes 1 µs. */
const dates = new Map<number, string>();
const MAX_DATES = 4096;

function isoDate(milliseconds: number): string {
  const known = dates.get(milliseconds);
  if (known !== undefined) return known;
  if (dates.size >= MAX_DATES) dates.clear();
  const date = new Date(milliseconds).toISOString().slice(0, 10);
  dates.set(milliseconds, date);
  return date;
}

function clock(hours: number, seconds: number): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
