// A time line: what happened, day by day, in the reader's own time.
import { locale } from "../texts/language.ts";

export interface Day<T> {
  /** Local midnight, as a key and for showing. */
  date: Date;
  items: T[];
}

/** Keeps the order; neighbours of the same local day stand together. */
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

/** "Monday, 2 March 2026". */
export const formatDay = (date: Date): string =>
  new Intl.DateTimeFormat(locale.value, { dateStyle: "full" }).format(date);
