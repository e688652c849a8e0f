// Decides by the values of a column whether it can be the column of the product field `active`, and what the numbers in it mean.
import { parseYesNo, type YesNoNumbers } from "../../../../contract/catalog/yes-no.ts";

/** Minimum share of yes/no values in a column for the product field `active`. A column named `published`, for example, often contains
 * dates instead. */
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

/** Number of consecutive values that are checked together. The sample of the first rows has the same number of values. */
const WINDOW = 500;
/** If fewer values than this remain at the end of the file, after the last full window, they are not checked. */
const MIN_LAST = 50;

/** Checks the column that was chosen for the product field `active` in the whole file. The choice is wrong if too few values in any part of
 * the file mean yes or no. Checking only the first rows is not enough: they may be blank, or contain other values than later rows. */
export class ActiveWatch {
  readonly #minShare: number;
  #values = 0;
  #fitting = 0;
  #isUnfit = false;
  #misfit: string | undefined;

  /** @param isExact whether the column has the exact name of the field */
  constructor(isExact: boolean) {
    this.#minShare = isExact ? MIN_EXACT_SHARE : MIN_SHARE;
  }

  /** Counts the column's next value that is not blank. */
  add(text: string, isFitting: boolean): void {
    if (isFitting) this.#fitting++;
    else this.#misfit ??= text;
    if (++this.#values === WINDOW) this.#judge();
  }

  /** If too few values are yes or no for the product field `active`, returns the column's first value that is neither. Otherwise, returns
   * undefined.
   * @param isEnd whether the file has no further values */
  misfit(isEnd: boolean): string | undefined {
    if (isEnd && this.#values >= MIN_LAST) this.#judge();
    return this.#isUnfit ? this.#misfit : undefined;
  }

  #judge(): void {
    if (this.#fitting < this.#values * this.#minShare) this.#isUnfit = true;
    this.#values = 0;
    this.#fitting = 0;
  }
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
