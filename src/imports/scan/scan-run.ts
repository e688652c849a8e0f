// The values that all steps of one scan share.
import { retryTransient } from "../../db/connection/connect.ts";
import type { ImportContext } from "../context.ts";
import type { PlannedColumns } from "../options/plan-columns.ts";
import type { RememberedChoice } from "../read/columns/remembered.ts";
import type { Table } from "../read/read-records.ts";
import type { ImportWork } from "../store.ts";
import type { UnfitActive } from "./review/unfit-active.ts";
import { ScanOver } from "./watch-scan.ts";

export interface Run {
  context: ImportContext;
  work: ImportWork;
  signal: AbortSignal;
  /** The columns that do not fit the field `active`, as earlier scans of the file have found out. */
  unfit_active?: readonly UnfitActive[];
}

/** The table of the file, after the scan has decided what each column becomes. */
export type JudgedTable = Omit<Table, "columns"> &
  PlannedColumns & {
    /** The remembered choices for columns that have the same names as the columns of this table. */
    remembered: readonly RememberedChoice[];
    /** Positions of the columns that do not fit the field `active`: values below the first rows are neither yes nor no. */
    unfit: ReadonlySet<number>;
  };

/** Runs `write`, a database write of this scan, and repeats it after transient errors.
 * @throws ScanOver if `write` returns false because the import no longer belongs to this scan */
export async function fenced({ signal }: Run, write: () => Promise<boolean>): Promise<void> {
  if (!(await retryTransient(write, { signal, waits_for_space: true }))) throw new ScanOver();
}
