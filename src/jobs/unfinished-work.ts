// SQL about unfinished imports and operations: lists those without a sign of life, and checks whether a worker works on one.
import { ALIVE, SILENT_SINCE } from "../db/silent.ts";
import type { Queryable } from "../db/connection/connect.ts";

/** A table of imports or operations, and the states in which a worker works on a row. The name of the table and the states become part
 * of SQL statements without quoting. */
export interface WorkTable<State extends string> {
  table: "imports" | "operations";
  states: readonly State[];
}

export interface SilentWork<State extends string> {
  id: number;
  state: State;
  cancel_requested: boolean;
}

const isUnfinished = (states: readonly string[]): string =>
  `state in (${states.map((state) => `'${state}'`).join(", ")})`;

/** Lists work that has shown no sign of life for `silentMs`.
 * @param further names of further columns that `Work` has */
export async function listSilentWork<Work extends SilentWork<string>>(
  db: Queryable,
  { table, states }: WorkTable<Work["state"]>,
  silentMs: number,
  further: readonly Exclude<keyof Work & string, keyof SilentWork<string>>[],
): Promise<Work[]> {
  const { rows } = await db.query<Work>(
    `select ${["id", "state", "cancel_requested", ...further].join(", ")} from ${table} where ${isUnfinished(states)} and ${SILENT_SINCE} order by id`,
    [silentMs],
  );
  return rows;
}

/** Returns true if a worker works on a row of the table. Ignores rows whose worker is gone. */
export async function isBusy(db: Queryable, { table, states }: WorkTable<string>): Promise<boolean> {
  const { rows } = await db.query<{ busy: boolean }>(
    `select exists (select 1 from ${table} where ${isUnfinished(states)} and ${ALIVE}) as busy`,
  );
  return rows[0]?.busy === true;
}
