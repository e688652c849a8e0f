// Scans the records of a table: fits the records to the columns of the table, computes the values of a mapping, and inspects each row.
import { layoutOf, type Layout } from "../../layout.ts";
import { createMapper } from "../../mapping/mapper.ts";
import { planLayoutColumns } from "../../mapping/plan.ts";
import type { Notes } from "../../mapping/run/notes.ts";
import { partsOf } from "../../mapping/window-parts.ts";
import { shapesOf } from "../../read/fit/column-shapes.ts";
import { createFit, fitRecords } from "../../read/fit/fit-records.ts";
import type { Records } from "../../read/records.ts";
import { watchCells } from "./cells/watch-cells.ts";
import { activeNotices, shortRowNotices, unknownNotices } from "./notices.ts";
import { ActiveWatch } from "../../read/columns/judge-active.ts";
import type { UnfitActive } from "../review/unfit-active.ts";
import type { JudgedTable } from "../scan-run.ts";
import { Scanner } from "../scanner.ts";
import { rulesOf, type ScanRules } from "./scan-rules.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import type { Notice } from "../../../../contract/imports/notices.ts";

export interface RowScan {
  layout: Layout;
  scanner: Scanner;
  /** The texts that value maps did not contain; undefined if no values are computed. */
  notes: Notes | undefined;
  /** Scans the records of one window. Fits them to the table's width, and calls `onFitted` with the fitted records if it is given.
   * @param offset the start of the window in the text */
  add(records: Records, offset: number, onFitted?: (fitted: Records) => void): void;
  /** Returns the column that detection has chosen for the field `active`, if the values of the column do not fit this field.
   * @param isEnd whether the file has no further rows */
  unfitActive(isEnd: boolean): UnfitActive | undefined;
  /** Returns the notices about the table and its rows. Call it after the last window, before the scanner is released. */
  notices(): Notice[];
}

export type RowScanRules = Pick<ScanRules, "repeats" | "chunk_records" | "text_size" | "first_keys"> & {
  /** Whether to check the values of the column that detection has chosen for the field `active`. */
  judges_active: boolean;
};

/** The column that detection has chosen for the field `active`; undefined if there is none, or if a user has chosen it for an earlier
 * file. */
function detectedActive({ columns }: JudgedTable): { position: number; name: string } | undefined {
  const position = columns.findIndex(({ target }) => target === "active");
  const column = columns[position];
  return column === undefined || column.remembered === true ? undefined : { position, name: column.name };
}

export function createRowScan(
  table: JudgedTable,
  dialect: Dialect,
  { judges_active, ...rules }: RowScanRules,
): RowScan {
  const layout = layoutOf(planLayoutColumns(table.columns, table.plan));
  const mapper = table.plan === null ? undefined : createMapper(table.plan, dialect);
  const active = judges_active ? detectedActive(table) : undefined;
  const activeWatch = active === undefined ? undefined : new ActiveWatch(active.name === "active");
  const scanner = new Scanner(layout, dialect, { ...rulesOf(table), ...rules, active_watch: activeWatch });
  const fit = createFit(layout.file_width, dialect, shapesOf(table));
  const watch = watchCells(layout, table.rows, table.plan);
  return {
    layout,
    scanner,
    notes: mapper?.notes,
    add(records, offset, onFitted) {
      for (const fitted of fitRecords(records, fit)) {
        for (const part of mapper === undefined ? [fitted] : partsOf(fitted, layout)) {
          const mapped = mapper?.map(part, undefined, "scan");
          const scanned = mapped?.records ?? part;
          scanner.scan(scanned, offset, mapped);
          watch.add(part, { records: scanned, unusual: scanner.unusual });
        }
        onFitted?.(fitted);
      }
    },
    unfitActive(isEnd) {
      const misfit = activeWatch?.misfit(isEnd);
      return misfit === undefined || active === undefined ? undefined : { ...active, misfit };
    },
    notices: () => [
      ...table.notices,
      ...(table.plan === null ? activeNotices(table) : []),
      ...shortRowNotices(fit.filled_up),
      ...watch.notices((key) => scanner.hasKey(key)),
      ...unknownNotices(layout, mapper?.notes.unknown ?? []),
    ],
  };
}
