// SQL of column choices: what users decided about columns, by the names of the columns.
import type { Queryable } from "../../db/connection/connect.ts";
import type { RememberedChoice } from "../read/columns/remembered.ts";
import type { NewChoice } from "./choices-of.ts";
import type { ColumnChoice } from "../../../contract/imports/column-choices.ts";

const CHOICE = `name as "column", target, beats_exact_name, import_id, chosen_at`;

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

/** Maximum number of choices. When more choices are stored, the oldest are deleted. */
const MAX_CHOICES = 5000;

/** Returns the choices for columns with these names, or all choices; the oldest first. */
export async function readChoices(
  db: Queryable,
  nameKeys: readonly string[] | null = null,
): Promise<RememberedChoice[]> {
  const { rows } = await db.query<RememberedChoice>(
    `select name_key, target, beats_exact_name from column_choices
     where $1::text[] is null or name_key = any($1::text[]) order by chosen_at, id limit ${MAX_CHOICES}`,
    [nameKeys],
  );
  return rows;
}

/** Stores the choices that were made for an import. A newer choice replaces an older one for the same name. */
export async function saveChoices(db: Queryable, importId: number, choices: readonly NewChoice[]): Promise<void> {
  if (choices.length === 0) return;
  // Sort the choices by their keys: two transactions that write the same rows in different orders would wait for each other.
  const inOrder = choices.toSorted((a, b) => (a.name_key < b.name_key ? -1 : 1));
  await db.query(
    `insert into column_choices (name_key, name, target, beats_exact_name, import_id)
     select c.*, $5 from unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) as c
     on conflict (name_key) do update set
       name = excluded.name, target = excluded.target, beats_exact_name = excluded.beats_exact_name,
       import_id = excluded.import_id, chosen_at = excluded.chosen_at`,
    [
      inOrder.map(({ name_key }) => name_key),
      inOrder.map(({ name }) => name),
      inOrder.map(({ target }) => target),
      inOrder.map(({ beats_exact_name }) => beats_exact_name),
      importId,
    ],
  );
  // Delete the oldest choices above the limit. Rows that another transaction has locked are skipped. A later call deletes them.
  await db.query(
    `delete from column_choices where id in (
       select id from column_choices where id in (
         select id from column_choices order by chosen_at desc, id desc offset ${MAX_CHOICES}
       ) for update skip locked
     )`,
  );
}
