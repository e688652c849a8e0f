// Reads a file again without the active column that detection has chosen from the first rows, if later rows show that it is not the active
// column. Its rows would otherwise be rejected.
import type { Notice } from "../../../../contract/imports/notices.ts";
import { cutText } from "../../../../contract/faults.ts";

/** A column that is named like the active one, although many of its values are neither yes nor no. */
export interface UnfitActive {
  position: number;
  name: string;
  /** A value that is neither yes nor no. */
  misfit: string;
}

/** Thrown by a scan that must start again with the column as an attribute. */
export class ActiveIsUnfit extends Error {
  override readonly name = "ActiveIsUnfit";
  readonly column: UnfitActive;

  constructor(column: UnfitActive) {
    super(`the values of the column ${column.name} are neither yes nor no`);
    this.column = column;
  }
}

/** Maximum number of columns for which a file is read again. */
const MAX_UNFIT = 3;

/** Whether a scan judges the values of the active column.
 * @param hasMapping whether a mapping decides what the columns become */
export const judgesActive = (unfit: readonly UnfitActive[], hasMapping: boolean): boolean =>
  !hasMapping && unfit.length < MAX_UNFIT;

/** Calls `scan`, and calls it again with each column that it has found not to be the active one.
 * @param restart is called before each further scan */
export async function withoutUnfit<T>(
  scan: (unfit: readonly UnfitActive[]) => Promise<T>,
  restart: () => Promise<void>,
): Promise<T> {
  const unfit: UnfitActive[] = [];
  for (;;) {
    try {
      return await scan(unfit);
    } catch (error) {
      if (!(error instanceof ActiveIsUnfit)) throw error;
      unfit.push(error.column);
    }
    await restart();
  }
}

/** Maximum number of characters of a value in a notice. */
const SHOWN_VALUE = 60;

export const unfitNotices = (unfit: readonly UnfitActive[]): Notice[] =>
  unfit.map(({ name, misfit }) => ({
    code: "active_as_attribute",
    message: `Many values of the column "${name}" below the first rows are neither yes nor no, such as "${cutText(misfit, SHOWN_VALUE)}", so the column was imported as an attribute.`,
    column: name,
    count: null,
  }));
