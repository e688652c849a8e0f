// Groups a timeline by day, in local time.
import { locale } from "../texts/language.ts";

export interface Day<T> {
  /** Local midnight at the start of the day, used as key and for display. */
  date: Date;
  items: T[];
}

/** Groups neighbouring items of the same local day; keeps the order. */
export function groupByDay<T extends { started_at: string }>(items: readonly T[]): Day<T>[] {
  const days: Day<T>[] = [];
  for (const item of items) {
    const at = new Date(item.started_at);
    const date = new Date(at.getFullYear(), at.getMonth(), at.getDate());
    const last = days.at(-1);
    if (last?.date.getTime() === date.getTime()) last.items.push(item);
    else days.push({ date, items: [item] });
  }
  return days;
}

/** Formats a day like "Monday, 2 March 2026". */
export const formatDay = (date: Date): string =>
  new Intl.DateTimeFormat(locale.value, { dateStyle: "full" }).format(date);
