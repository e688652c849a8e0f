// The SQL of an export. One transaction sees the catalogue as it was at its start, however long the client takes to read the file.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { AttributeName } from "./attribute-cells.ts";

/** Selects and orders the products; SQL without parameters, because COPY takes none. */
export interface Selection {
  /** The text after `from`, with the products as `p`. It ends with a condition, so that `and …` can follow. */
  from: string;
  order_by: string;
}

export interface Snapshot {
  query: pg.ClientBase["query"];
  /** The rows of a query in COPY's binary format. */
  copy(query: string): AsyncIterable<Buffer>;
  /** Ends the transaction, even during a query. */
  close(): void;
}

/** @param signal closes the snapshot, and cancels its query, when the client disconnects */
export async function openSnapshot(pool: pg.Pool, signal: AbortSignal): Promise<Snapshot> {
  const client = await pool.connect();
  let isOpen = true;
  let isBusy = false;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    signal.removeEventListener("abort", close);
    const { processID: pid } = client as pg.PoolClient & { processID?: number };
    // After the connection is closed, PostgreSQL notices only when it sends rows. A sort of millions of rows would keep running.
    if (isBusy && pid !== undefined) pool.query("select pg_cancel_backend($1::integer)", [pid]).catch(() => undefined);
    client.release(isBusy);
  };
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    isBusy = true;
    await client.query("begin transaction isolation level repeatable read read only; set local timezone = 'UTC'");
  } catch (error) {
    close();
    throw error;
  }
  return {
    query: client.query.bind(client),
    async *copy(query) {
      yield* client.query(copyTo(`copy (${query}) to stdout (format binary)`, { highWaterMark: 1 << 18 }));
      await client.query("commit");
      isBusy = false;
    },
    close,
  };
}

/** Rounds that look for missing names, and the rows that each of them examines. The last round examines all rows. */
const MAX_GUESSES = 4;
const GUESS_ROWS = 1000;

/** All attributes that any of the products has, in the order of jsonb's keys. */
export async function listAttributeNames({ query }: Snapshot, { from }: Selection): Promise<AttributeName[]> {
  // Guess the names from a few products, then check that no product has others: a third of the time of listing the names of all products.
  let names: string[] = [];
  for (let guess = 0; ; guess++) {
    const { rows } = await query<{ name: string }>(
      `select distinct jsonb_object_keys(rest) as name
       from (select p.attributes - $1::text[] as rest from (select p.attributes from ${from}) p
             where p.attributes - $1::text[] <> '{}' limit $2) others`,
      [names, guess < MAX_GUESSES ? GUESS_ROWS : null],
    );
    names = [...names, ...rows.map(({ name }) => name)];
    if (rows.length === 0 || guess === MAX_GUESSES) break;
  }
  const { rows } = await query<{ name: string; json: string }>(
    `select name, to_json(name)::text as json from unnest($1::text[]) name
     order by octet_length(name), name collate "C"`,
    [names],
  );
  return rows.map(({ name, json }) => ({ name, json: Buffer.from(json) }));
}

export async function countProducts({ query }: Snapshot, { from }: Selection): Promise<number> {
  const { rows } = await query<{ count: number }>(`select count(*)::int as count from ${from}`);
  return (rows[0] as { count: number }).count;
}

export interface LongCell {
  sku: string;
  field: string;
  length: number;
}

/** Cells that one error reports. */
const MAX_REPORTED = 10;
/** PostgreSQL's compression makes no text more than 250 times smaller. */
const MAX_COMPRESSION = 250;

/** The first cells with more than `max` UTF-16 code units. */
export async function findLongCells(
  { query }: Snapshot,
  { from, order_by }: Selection,
  max: number,
): Promise<LongCell[]> {
  // Bytes are compared first: PostgreSQL knows them without reading the text, and a text never has fewer bytes than code units.
  const { rows } = await query<LongCell>(
    `select p.sku, cell.field, cell.length
     from (select p.* from ${from} and (octet_length(p.description) > $1 or pg_column_size(p.attributes) > $2)) p,
     lateral (
       select field, length(value) + length(regexp_replace(value, '[^\\U00010000-\\U0010FFFF]+', '', 'g')) as length
       from (select 'description' as field, p.description as value
             union all select key, value from jsonb_each_text(p.attributes)) texts
       where octet_length(value) > $1
     ) cell
     where cell.length > $1 order by ${order_by} limit ${MAX_REPORTED}`,
    [max, Math.floor(max / MAX_COMPRESSION)],
  );
  return rows;
}
