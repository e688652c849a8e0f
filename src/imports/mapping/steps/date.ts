// Converts dates that are written like a sample such as `31.12.2026` or a pattern such as `DD.MM.YYYY`.

export type DatePart = "YYYY" | "YY" | "MM" | "M" | "DD" | "D" | "hh" | "mm" | "ss";

export interface DateFormat {
  parts: ({ part: DatePart } | { literal: string })[];
  sample: string;
}

const PART = /YYYY|YY|MM|M|DD|D|hh|mm|ss/g;
const MAX_SAMPLE = 40;

/** Returns the format that the sample or pattern shows, or a text that describes why it shows no format. */
export function parseDateSample(sample: string): DateFormat | string {
  const trimmed = sample.trim();
  if (trimmed.length > MAX_SAMPLE) return "the sample is too long";
  const pattern = /\d/.test(trimmed) ? patternOf(trimmed) : trimmed;
  if (pattern === undefined)
    return `"${sample}" does not show which number is the day; use a sample with a day after the 12th, such as 31.12.2026, or a pattern such as DD.MM.YYYY`;
  const parts: DateFormat["parts"] = [];
  let at = 0;
  for (const match of pattern.matchAll(PART)) {
    if (match.index > at) parts.push({ literal: pattern.slice(at, match.index) });
    parts.push({ part: match[0] as DatePart });
    at = match.index + match[0].length;
  }
  if (at < pattern.length) parts.push({ literal: pattern.slice(at) });
  const kinds = parts.flatMap((part) => ("part" in part ? [part.part.slice(0, 1)] : []));
  const isComplete = ["Y", "M", "D"].every((kind) => kinds.includes(kind)) && new Set(kinds).size === kinds.length;
  return isComplete ? { parts, sample: trimmed } : `"${sample}" needs a day, a month and a year, such as DD.MM.YYYY`;
}

/** Returns the pattern of a sample such as 31.12.2026, or undefined if the order of day and month is not certain. */
function patternOf(sample: string): string | undefined {
  if (/^\d{8}$/.test(sample)) return /^(?:19|20|21)\d\d(?:0\d|1[0-2])/.test(sample) ? "YYYYMMDD" : "DDMMYYYY";
  const date = /^(\d{1,4})(\D{1,3})(\d{1,2})(\D{1,3})(\d{1,4})/.exec(sample);
  if (date === null) return undefined;
  const [text, first = "", left = "", second = "", right = "", third = ""] = date;
  const rest = timePattern(sample.slice(text.length));
  if (rest === undefined) return undefined;
  if (first.length === 4)
    return `YYYY${left}${second.length === 1 ? "M" : "MM"}${right}${third.length === 1 ? "D" : "DD"}${rest}`;
  const isDayFirst = Number(first) > 12;
  const isMonthFirst = Number(second) > 12;
  // If day and month cannot be distinguished, a sample with points begins with the day, as in every language that writes 01.02.2026.
  if (isDayFirst === isMonthFirst && !left.startsWith(".")) return undefined;
  const [day, month] = [first, second].map((digits) => digits.length === 1);
  const year = third.length === 4 ? "YYYY" : "YY";
  return isMonthFirst
    ? `${day === true ? "M" : "MM"}${left}${month === true ? "D" : "DD"}${right}${year}${rest}`
    : `${day === true ? "D" : "DD"}${left}${month === true ? "M" : "MM"}${right}${year}${rest}`;
}

function timePattern(text: string): string | undefined {
  if (text === "") return "";
  const time = /^(\D{1,2})\d\d:\d\d(:\d\d)?$/.exec(text);
  return time === null ? undefined : `${time[1] as string}hh:mm${time[2] === undefined ? "" : ":ss"}`;
}

/** Returns the date as `2026-12-31`, with its time if the sample has one, or undefined if the text is not a date of this format. */
export function convertDate({ parts }: DateFormat, text: string): string | undefined {
  const trimmed = text.trim();
  const values = new Map<string, string>();
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    const token = parts[i] as DateFormat["parts"][number];
    if ("literal" in token) {
      if (!trimmed.startsWith(token.literal, at)) return undefined;
      at += token.literal.length;
      continue;
    }
    // Without separators on both sides, a day or month of one digit would shift the digits beside it.
    const isFlexible = !isPart(parts[i - 1]) && !isPart(parts[i + 1]);
    const digits = digitsAt(trimmed, at, token.part, isFlexible);
    if (digits === undefined) return undefined;
    values.set(token.part.slice(0, 1), digits);
    at += digits.length;
  }
  return at === trimmed.length ? isoDate(values) : undefined;
}

const isPart = (token: DateFormat["parts"][number] | undefined): boolean => token !== undefined && "part" in token;

/** @param isFlexible whether a day or month may have one digit or two, regardless of the sample */
function digitsAt(text: string, at: number, part: DatePart, isFlexible: boolean): string | undefined {
  const longest = part === "YYYY" ? 4 : 2;
  let end = at;
  while (end < text.length && end - at < longest && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
  const isShort = isFlexible && end - at === 1 && /^[MD]/.test(part);
  return end - at === longest || isShort ? text.slice(at, end) : undefined;
}

function isoDate(values: ReadonlyMap<string, string>): string | undefined {
  const digits = values.get("Y") as string;
  // The years of the POSIX rule: 69 to 99 are in the 20th century.
  const year = digits.length === 4 ? digits : `${Number(digits) >= 69 ? "19" : "20"}${digits}`;
  const month = (values.get("M") as string).padStart(2, "0");
  const day = (values.get("D") as string).padStart(2, "0");
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1) return undefined;
  if (Number(day) > new Date(Date.UTC(Number(year) || 4, Number(month), 0)).getUTCDate()) return undefined;
  const date = `${year}-${month}-${day}`;
  const hour = values.get("h");
  if (hour === undefined) return date;
  const time = [hour, values.get("m") ?? "00", ...(values.has("s") ? [values.get("s") as string] : [])];
  if (Number(hour) > 23 || time.slice(1).some((part) => Number(part) > 59)) return undefined;
  return `${date}T${time.join(":")}`;
}
