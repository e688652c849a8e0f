// Formats numbers, sizes, times and durations in the user's locale. Call these in templates or computed values, so that the text
// follows the language.
import { locale } from "../texts/language.ts";
import { t } from "../texts/t.ts";

const numbers = cached((of) => new Intl.NumberFormat(of));
const decimals = cached((of) => new Intl.NumberFormat(of, { maximumFractionDigits: 20 }));
const oneDigit = cached((of) => new Intl.NumberFormat(of, { maximumFractionDigits: 1 }));
const percents = cached((of) => new Intl.NumberFormat(of, { style: "percent" }));
const clocks = cached((of) => new Intl.DateTimeFormat(of, { hour: "2-digit", minute: "2-digit" }));
const days = cached((of) => new Intl.DateTimeFormat(of, { day: "numeric", month: "short" }));
const daysOfYears = cached((of) => new Intl.DateTimeFormat(of, { day: "numeric", month: "short", year: "numeric" }));
const fullDates = cached((of) => new Intl.DateTimeFormat(of, { dateStyle: "full", timeStyle: "medium" }));

/** Caches formatters, because creating one is expensive. */
function cached<Format>(make: (locale: string) => Format): () => Format {
  const made = new Map<string, Format>();
  return () => {
    const format = made.get(locale.value) ?? make(locale.value);
    made.set(locale.value, format);
    return format;
  };
}

/** Formats a number with all its decimal places. */
export const formatNumber = (number: number): string => decimals().format(number);

export const formatCount = (count: number): string => numbers().format(count);

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Formats a size in decimal units, as file managers show it: "18.4 MB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const shown = unit === 0 ? value : Number(value.toPrecision(3));
  return `${(unit === 0 || value >= 100 ? numbers() : oneDigit()).format(shown)} ${UNITS[unit] ?? ""}`;
}

/** Formats a part of a size: "48 of 120 MB", "900 kB of 1.2 MB". */
export function formatPart(part: number, whole: number): string {
  const [size, unit] = formatBytes(whole).split(" ");
  const [done = "", unitOfPart] = formatBytes(part).split(" ");
  const shown = unit === unitOfPart ? done : formatBytes(part);
  return t("ui.part_of", { part: shown, whole: `${size ?? ""} ${unit ?? ""}` });
}

/** Formats a duration: "42 ms", "0.4 s", "12 s", "3 min 20 s", "1 h 5 min". */
export function formatDuration(ms: number): string {
  if (ms < 100) return `${String(Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${oneDigit().format(seconds)} s`;
  if (seconds < 60) return `${formatCount(Math.round(seconds))} s`;
  const total = Math.round(seconds);
  const minutes = Math.floor(total / 60);
  if (minutes < 60)
    return total % 60 === 0 ? `${String(minutes)} min` : `${String(minutes)} min ${String(total % 60)} s`;
  return `${formatCount(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** Formats a fraction as a whole percentage. The percentage is 100 only if the fraction is 1. */
export const formatPercent = (fraction: number): string =>
  percents().format(fraction >= 1 ? 1 : Math.min(99, Math.floor(fraction * 100 + 1e-9)) / 100);

/** Formats an instant: "Today, 14:03"; for other days with the date. */
export function formatWhen(instant: string, now = new Date()): string {
  const date = new Date(instant);
  const time = clocks().format(date);
  if (date.toDateString() === now.toDateString()) return t("ui.today_at", { time });
  const day = (date.getFullYear() === now.getFullYear() ? days() : daysOfYears()).format(date);
  return t("ui.day_at", { day, time });
}

export const formatFullDate = (instant: string): string => fullDates().format(new Date(instant));
