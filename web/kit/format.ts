// Numbers, sizes, times and durations as people read them, in the reader's own locale.

const whole = new Intl.NumberFormat();
const one_digit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const day_and_year = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const formatCount = (count: number): string => whole.format(count);

/** "1 row", "2,000 rows". */
export const formatCountOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Decimal units, as file managers show them: "18.4 MB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${(unit === 0 || value >= 100 ? whole : one_digit).format(unit === 0 ? value : Number(value.toPrecision(3)))} ${UNITS[unit] ?? ""}`;
}

/** "42 ms", "0.4 s", "12 s", "3 min 20 s", "1 h 5 min". */
export function formatDuration(ms: number): string {
  if (ms < 100) return `${String(Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${one_digit.format(seconds)} s`;
  if (seconds < 60) return `${whole.format(Math.round(seconds))} s`;
  const total = Math.round(seconds);
  const minutes = Math.floor(total / 60);
  if (minutes < 60)
    return total % 60 === 0 ? `${String(minutes)} min` : `${String(minutes)} min ${String(total % 60)} s`;
  return `${whole.format(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** A fraction as whole percent, never 100 before it is over. */
export const formatPercent = (fraction: number): string =>
  `${String(fraction >= 1 ? 100 : Math.min(99, Math.floor(fraction * 100)))}%`;

/** "14:03" today, else the day too. */
export function formatWhen(instant: string, now = new Date()): string {
  const date = new Date(instant);
  if (date.toDateString() === now.toDateString()) return `Today, ${clock.format(date)}`;
  const format = date.getFullYear() === now.getFullYear() ? day : day_and_year;
  return `${format.format(date)}, ${clock.format(date)}`;
}

export const formatFullDate = (instant: string): string => full.format(new Date(instant));
