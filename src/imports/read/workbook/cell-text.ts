// Converts a cell's number to the text that a spreadsheet program shows: digits, a date, a time, or a code with leading zeros.

/** How a cell's number is displayed. If the format is itself a number, the cell is padded with leading zeros to that many digits. */
export type NumberFormat = "plain" | "date" | "time" | "duration" | number;

const DAY_MS = 86_400_000;
/** Day 0 of workbooks that count days from 1900. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
/** Day 0 of workbooks that count days from 1904, as Excel for old Macs did. */
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** The number of 29 February 1900, which did not exist. Day numbers before it have to be shifted by one. */
const FALSE_LEAP_DAY = 60;
/** The number of the day after 9999-12-31, the last date of a spreadsheet. */
const END_OF_DAYS = 2_958_466;

export function numberText(raw: string, format: NumberFormat, is1904: boolean): string {
  const text = raw.trim();
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return text;
  const plain = plainNumber(text, value);
  if (typeof format === "number") return /^\d+$/.test(plain) ? plain.padStart(format, "0") : plain;
  return format === "plain" ? plain : (dateText(value, format, is1904) ?? plain);
}

/** Converts a number to text. Whole numbers (codes may have 18 digits) and short fractions stay as they are stored. Other numbers
 * are rounded to the 15 digits that a spreadsheet shows: 0.30000000000000004 becomes 0.3. */
function plainNumber(text: string, value: number): string {
  if (/^-?(?:0|[1-9]\d*)$/.test(text)) return text;
  if (/^-?(?:0|[1-9]\d*)\.\d+$/.test(text) && text.replace(/^-?0*\.?0*|\D/g, "").length <= 15) return text;
  return withoutExponent(String(Number(value.toPrecision(15))));
}

function withoutExponent(text: string): string {
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", first = "", fraction = "", exponent = "0"] = parts;
  const places = Number(exponent);
  // No code or price has that many digits, so keep the exponent.
  if (Math.abs(places) > 40) return text;
  if (places < 0) return `${sign}0.${"0".repeat(-places - 1)}${first}${fraction}`;
  return `${sign}${first}${fraction.padEnd(places, "0")}`;
}

function dateText(value: number, format: "date" | "time" | "duration", is1904: boolean): string | undefined {
  if (value < 0 || value >= END_OF_DAYS) return undefined;
  const seconds = Math.round(value * 86_400);
  if (format === "duration") return clock(Math.floor(seconds / 3600), seconds);
  const days = Math.floor(seconds / 86_400);
  const time = clock(Math.floor(seconds / 3600) % 24, seconds);
  if (format === "time" || (days === 0 && !is1904)) return time;
  const falseDay = !is1904 && days < FALSE_LEAP_DAY ? 1 : 0;
  const date = new Date((is1904 ? EPOCH_1904 : EPOCH_1900) + (days + falseDay) * DAY_MS).toISOString().slice(0, 10);
  return seconds % 86_400 === 0 ? date : `${date} ${time}`;
}

function clock(hours: number, seconds: number): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Returns the format with this number, for formats that a workbook refers to by number only (ECMA-376, 18.8.30), including those
 * of East Asian dates. */
export function builtInFormat(id: number): NumberFormat {
  if ((id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58))
    return "date";
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id === 45 || id === 47) return "time";
  return id === 46 ? "duration" : "plain";
}

/** Classifies a format code such as `dd/mm/yyyy`, `0000` or `#,##0.00 "kg"`. */
export function formatOfCode(code: string): NumberFormat {
  const first = code.slice(0, 500).split(";", 1)[0] ?? "";
  if (/^0{2,255}$/.test(first)) return first.length;
  if (/\[h+\]|\[m+\]|\[s+\]/i.test(first)) return "duration";
  const letters = first.replace(/"[^"]*"|\\.|_.|\*.|\[[^[\]]*\]/g, "");
  if (/general/i.test(letters)) return "plain";
  if (/[yd]|m{3}/i.test(letters)) return "date";
  if (/[hs]/i.test(letters)) return "time";
  return /m/i.test(letters) ? "date" : "plain";
}
