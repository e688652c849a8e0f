// The SQL of an export: one transaction that sees the catalogue as it is at its start, however long the reading takes.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { AttributeName } from "./attribute-cells.ts";

/** Which products, in which order; SQL without parameters, since COPY takes none. */
export interface Selection {
  /** What stands behind `from`, with the table of products as p; ends in a condition. */
  from: string;
  order_by: string;
}

export interface Snapshot {
  query: pg.ClientBase["query"];
  /** The rows of a query in COPY's binary format. */
  copy(query: string): AsyncIterable<Buffer>;
  /** Ends it, also in the middle of a query. */
  close(): void;
}

/** A database that has lost the other end's interest stops at once when `signal` aborts. */
export async function openSnapshot(pool: pg.Pool, signal: AbortSignal): Promise<Snapshot> {
  const client = await pool.connect();
  let isOpen = true;
  let isBusy = false;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    signal.removeEventListener("abort", close);
    const { processID: pid } = client as pg.PoolClient & { processID?: number };
    // Closing the connection ends a query only once it has rows to send; a sort of millions has none for a while.
    if (isBusy && pid !== undefined) pool.query("select pg_cancel_backend($1)", [pid]).catch(() => undefined);
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

/** Rows that are asked for names at once, and how often, before all of them are. */
const ASKED_ROWS = 1000;
const GUESSES = 4;

/** Every attribute that any of the products has, in the order of jsonb's keys. */
export async function listAttributeNames({ query }: Snapshot, { from }: Selection): Promise<AttributeName[]> {
  // To see that no product has another name than these takes a third of what listing the names of all products does.
  let known: string[] = [];
  for (let guess = 0; ; guess++) {
    const { rows } = await query<{ name: string }>(
      `select distinct jsonb_object_keys(rest) as name
       from (select p.attributes - $1::text[] as rest from (select p.attributes from ${from}) p
             where p.attributes - $1::text[] <> '{}' limit $2) others`,
      [known, guess < GUESSES ? ASKED_ROWS : null],
    );
    known = [...known, ...rows.map(({ name }) => name)];
    if (rows.length === 0 || guess === GUESSES) break;
  }
  const { rows } = await query<{ name: string; json: string }>(
    `select name, to_json(name)::text as json from unnest($1::text[]) name
     order by octet_length(name), name collate "C"`,
    [known],
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

/** Long cells that are told at once. */
const TOLD_CELLS = 10;
/** Compression makes nothing 250 times smaller. */
const LEAST_BYTES = 250;

/** Cells of more than `max` UTF-16 units, the first few. */
export async function findLongCells(
  { query }: Snapshot,
  { from, order_by }: Selection,
  max: number,
): Promise<LongCell[]> {
  // Bytes are counted first: they are known without reading the text, and there are never fewer of them.
  const { rows } = await query<LongCell>(
    `select p.sku, cell.field, cell.length
     from (select p.* from ${from} and (octet_length(p.description) > $1 or pg_column_size(p.attributes) > $2)) p,
     lateral (
       select field, length(value) + length(regexp_replace(value, '[^\\U00010000-\\U0010FFFF]+', '', 'g')) as length
       from (select 'description' as field, p.description as value
             union all select key, value from jsonb_each_text(p.attributes)) texts
       where octet_length(value) > $1
     ) cell
     where cell.length > $1 order by ${order_by} limit ${TOLD_CELLS}`,
    [max, Math.floor(max / LEAST_BYTES)],
  );
  return rows;
}
