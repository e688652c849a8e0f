// The SQL of an export. A single transaction reads the catalogue in its state at the start of the export, however long the client takes to
// read the file.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { AttributeName } from "./attribute-cells.ts";

/** SQL fragments that select and order the products of an export. They have no parameters, because COPY accepts none. */
export interface Selection {
  /** The SQL after the keyword `from`. It names the products `p` and ends with a condition, so that `and …` can follow. */
  from: string;
  order_by: string;
}

export interface Snapshot {
  query: pg.ClientBase["query"];
  /** Runs a query and returns its rows in COPY's binary format. */
  copy(query: string): AsyncIterable<Buffer>;
  /** Ends the transaction, even while a query is running. */
  close(): void;
}

/** Opens a transaction that reads one snapshot of the catalogue.
 * @param signal aborts when the client disconnects; the snapshot is then closed and its query cancelled */
export async function openSnapshot(pool: pg.Pool, signal: AbortSignal): Promise<Snapshot> {
  const client = await pool.connect();
  let isOpen = true;
  let isBusy = false;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    signal.removeEventListener("abort", close);
    const { processID: pid } = client as pg.PoolClient & { processID?: number };
    // Cancel the query: PostgreSQL notices a closed connection only when it sends rows, so a sort of millions of rows would keep running.
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

/** Number of rounds that each read up to `GUESS_ROWS` products with attributes that are not in the list yet. If this is not enough, one
 * more round reads all such products. */
const MAX_GUESSES = 4;
/** Maximum number of products that each of these rounds reads. */
const GUESS_ROWS = 1000;

/** Lists all attributes that at least one of the products has, in the order in which jsonb stores keys. */
export async function listAttributeNames({ query }: Snapshot, { from }: Selection): Promise<AttributeName[]> {
  // Guess the names from a few products, then check that no product has another name. This takes a third of the time of listing the names
  // of all products.
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

/** Maximum number of cells that one error lists. */
const MAX_REPORTED = 10;
/** Maximum compression ratio: PostgreSQL compresses no value to less than 1/250 of its size. */
const MAX_COMPRESSION = 250;

/** Finds the first cells with more than `max` UTF-16 code units. */
export async function findLongCells(
  { query }: Snapshot,
  { from, order_by }: Selection,
  max: number,
): Promise<LongCell[]> {
  // Compare the length in bytes first: PostgreSQL knows it without reading the text, and a text never has fewer bytes than code units.
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
