// Lets the search indexer wait while an operation uses the database.
import { isBusy, type WorkTable } from "../jobs/unfinished-work.ts";
import type { Queryable } from "../db/connection/connect.ts";

/** Operations whose products a worker is selecting or changing. */
export const WORKED_ON = { table: "operations", states: ["selecting", "running"] } as const satisfies WorkTable<string>;

export const isOperating = (db: Queryable): Promise<boolean> => isBusy(db, WORKED_ON);
