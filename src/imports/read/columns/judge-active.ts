// Decides by the values of a column whether it can be the active column, and what the numbers in it mean.
import { parseYesNo, type YesNoNumbers } from "../../../../contract/catalog/yes-no.ts";

/** Minimum share of yes/no values for the active column. A column named `published`, for example, often contains dates instead. */
const MIN_SHARE = 0.5;

/**
 * Minimum share of yes/no values in a column with the exact name of the field. It is low: such a column has another meaning only if nearly
 * all of its values are of another kind.
 */
const MIN_EXACT_SHARE = 0.1;
const MIN_EXACT_VALUES = 5;

/** Whether most of these values are yes or no; true if there are no values.
 * @param isExact whether the column has the exact name of the field */
export function areYesNo(values: readonly string[], isExact: boolean): boolean {
  const numbers = yesNoNumbers(values);
  const fitting = values.filter((value) => parseYesNo(value, numbers) !== undefined).length;
  return isExact
    ? values.length < MIN_EXACT_VALUES || fitting >= values.length * MIN_EXACT_SHARE
    : fitting >= values.length * MIN_SHARE;
}

/**
 * Returns whether the column uses -1 and 2 for no. Shops that write 1 for yes write -1 for drafts. A column of 1 and 2 without 0 means
 * enabled and disabled. A column of 0 and -1 without 1 may come from a database in which -1 is yes, so its -1 stays unknown.
 * @param values the column's first values
 */
export function yesNoNumbers(values: readonly string[]): YesNoNumbers {
  const has = (number: number): boolean =>
    values.some((value) => Number(value.trim().replace(",", ".") || "NaN") === number);
  const hasOne = has(1);
  return { minus_one: hasOne, two: hasOne && !has(0) };
}
