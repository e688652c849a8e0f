// Starts the import of the next table in a zip file, in the transaction that ends the import of the table before it.
import type pg from "pg";
import type { Queryable } from "../../db/connection/connect.ts";
import { IMPORT_CHANNEL } from "../../events/channels.ts";
import type { ImportContext } from "../context.ts";
import { readImportWork, type ImportWork } from "../store.ts";
import type { Dialect, GivenOptions } from "../../../contract/imports/imports.ts";

type Member = NonNullable<Dialect["members"]>[number];

/** If tables of the zip file have not been imported yet, inserts the import of the next table and sends its scan job. */
export async function startNext(
  { sendScan }: Pick<ImportContext, "sendScan">,
  client: pg.ClientBase,
  importId: number,
): Promise<void> {
  const work = await readImportWork(client, importId);
  const members = restOf(work?.dialect?.members ?? []);
  if (work === undefined || members.length === 0) return;
  const id = await insertNext(client, importId, nextOptions(work, members), members);
  if (id !== undefined && work.store_id !== null) await sendScan(client, id, work.store_id);
}

/** Returns the tables of the zip file that this import has not read. The tables of the next import come first. */
function restOf(members: readonly Member[]): Member[] {
  return members
    .filter(({ order }) => order !== undefined && order > 0)
    .map(({ name, order = 0, has_sku, has_name }) => ({
      name,
      read: order === 1,
      order: order - 1,
      ...(has_sku === undefined ? {} : { has_sku }),
      ...(has_name === undefined ? {} : { has_name }),
    }));
}

/**
 * Returns the options that the client has given for all tables. A profile that was selected by the columns of a table, and columns that a
 * client has chosen in an answer, belong to that table only. A table without product names only changes existing products, unless
 * the client has chosen a mode.
 */
function nextOptions({ options, profile, answered }: ImportWork, members: readonly Member[]): GivenOptions {
  const next = { ...options };
  if (profile !== null || answered) delete next.mapping;
  if (answered) {
    delete next.key;
    delete next.name;
    delete next.profile;
  }
  if (members.some(({ read, has_name }) => read && has_name === true)) return next;
  delete next.name;
  return { ...next, mode: next.mode ?? "update" };
}

/** Inserts an import of the same file. Its scan tokens continue those of import `importId`, so that the files of both imports have
 * different names. */
async function insertNext(
  client: pg.ClientBase,
  importId: number,
  options: GivenOptions,
  members: readonly Member[],
): Promise<number | undefined> {
  const { rows } = await client.query<{ id: number }>(
    `with made as (
       insert into imports (state, actor, filename, file, store_id, size, received, sha256, options, scan_token, fraction, started_at, follows, members)
       select 'scanning', actor, filename, file, store_id, size, received, sha256, $2, scan_token, 0, clock_timestamp(), id, $3
       from imports where id = $1
       on conflict (follows) where follows is not null do nothing returning id
     )
     select id, pg_notify('${IMPORT_CHANNEL}', id || ' scanning') from made`,
    [importId, JSON.stringify(options), JSON.stringify(members)],
  );
  return rows[0]?.id;
}

export async function isFollowed(db: Queryable, importId: number): Promise<boolean> {
  const { rowCount } = await db.query("select 1 from imports where follows = $1", [importId]);
  return rowCount === 1;
}
