// Recognizes how the dates of a column are written, and returns a sample date that shows it.

const DAY_OR_MONTH_FIRST = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})$/;
const YEAR_FIRST = /^\d{4}([./])\d{1,2}\1\d{1,2}$/;

/** @returns undefined if the values are not dates, if the order of day and month is unclear, or if the dates are already written like
 * `2026-12-31` */
export function dateSample(values: readonly string[]): string | undefined {
  const [, yearSign] = YEAR_FIRST.exec(values[0] ?? "") ?? [];
  if (yearSign !== undefined)
    return values.every((value) => YEAR_FIRST.exec(value)?.[1] === yearSign)
      ? `2026${yearSign}12${yearSign}31`
      : undefined;
  const dates = values.map((value) => DAY_OR_MONTH_FIRST.exec(value)).filter((date) => date !== null);
  const sign = dates[0]?.[2];
  if (sign === undefined || dates.length < values.length || dates.some((date) => date[2] !== sign)) return undefined;
  const isDayFirst = dates.some(([, first]) => Number(first) > 12);
  const isMonthFirst = dates.some(([, , , second]) => Number(second) > 12);
  if (isDayFirst && isMonthFirst) return undefined;
  if (isMonthFirst) return `12${sign}31${sign}2026`;
  // Dates with points begin with the day in every language that uses points.
  return isDayFirst || sign === "." ? `31${sign}12${sign}2026` : undefined;
}
