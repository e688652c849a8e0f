// SQL of column choices: what users decided about columns, by the names of the columns.
import type { Queryable } from "../../db/connection/connect.ts";
import type { ColumnChoice } from "../../../contract/imports/column-choices.ts";

const CHOICE = `name as "column", target, import_id, chosen_at`;

/** A choice with the key by which the list is ordered. */
export type KeyedChoice = ColumnChoice & { name_key: string };

/** Returns up to `limit` choices whose keys follow `after`, in the order of their keys. */
export async function listChoices(db: Queryable, after: string, limit: number): Promise<KeyedChoice[]> {
  const { rows } = await db.query<KeyedChoice>(
    `select ${CHOICE}, name_key from column_choices where name_key > $1 order by name_key limit $2`,
    [after, limit],
  );
  return rows;
}

/** @returns undefined if there is no choice for this name */
export async function deleteChoice(db: Queryable, nameKey: string): Promise<ColumnChoice | undefined> {
  const { rows } = await db.query<ColumnChoice>(`delete from column_choices where name_key = $1 returning ${CHOICE}`, [
    nameKey,
  ]);
  return rows[0];
}
