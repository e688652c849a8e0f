// Reads a file again if detection has chosen a column for the field `active` by its first values, but many later values are neither yes nor
// no. In the new scan, the column becomes an attribute. Otherwise, all rows with such values would be rejected.
import type { Notice } from "../../../../contract/imports/notices.ts";
import { cutText } from "../../../../contract/faults.ts";

/** A column whose name suggests the field `active`, although many of its values are neither yes nor no. */
export interface UnfitActive {
  position: number;
  name: string;
  /** A value that is neither yes nor no. */
  misfit: string;
}

/** Thrown by a scan if the column that detection has chosen for the field `active` does not fit. The scan must start again with this column
 * as an attribute. */
export class ActiveIsUnfit extends Error {
  override readonly name = "ActiveIsUnfit";
  readonly column: UnfitActive;

  constructor(column: UnfitActive) {
    super(`the values of the column ${column.name} are neither yes nor no`);
    this.column = column;
  }
}

/** Maximum number of columns that scans of a file may find unfit for the field `active`. After each of them, the file is read again. */
const MAX_UNFIT = 3;

/** Whether a scan checks the values of the column that detection has chosen for the field `active`.
 * @param hasMapping whether a mapping decides what the columns become */
export const judgesActive = (unfit: readonly UnfitActive[], hasMapping: boolean): boolean =>
  !hasMapping && unfit.length < MAX_UNFIT;

/** Calls `scan`. Each time the scan finds a column unfit for the field `active`, calls it again with this column added to `unfit`.
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
