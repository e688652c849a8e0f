// Lets the search indexer wait while an import uses the database.
import { isBusy, type WorkTable } from "../jobs/unfinished-work.ts";
import type { Queryable } from "../db/connection/connect.ts";

/** The states of imports that a worker scans or loads. */
export const WORKED_ON = {
  table: "imports",
  states: ["scanning", "loading", "finishing"],
} as const satisfies WorkTable<string>;

export const isImporting = (db: Queryable): Promise<boolean> => isBusy(db, WORKED_ON);
