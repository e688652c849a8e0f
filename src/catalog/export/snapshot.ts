// The SQL of an export. A single transaction reads the catalogue in its state at the start of the export, however long the client takes to
// read the file.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { LIST_SUFFIX } from "../../../contract/catalog/attribute-value.ts";
import type { AttributeName } from "./attribute-cells.ts";
import { listTerm, wordOfTerm } from "../query/terms.ts";

/** SQL fragments that select and order the products of an export. They have no parameters, because COPY accepts none. */
export interface Selection {
  /** The SQL after the keyword `from`. It uses the alias `p` for the products and ends with a condition, so that `and …` can follow. */
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

/** Maximum number of rounds that read only a sample of the products. Each round reads up to `GUESS_ROWS` products that have an attribute
 * whose name is still unknown. If unknown names remain after these rounds, a last round reads all products with such attributes. */
const MAX_GUESSES = 4;
/** Maximum number of products that each of the MAX_GUESSES rounds reads. */
const GUESS_ROWS = 1000;

/** Lists all attributes that at least one of the products has, in the order in which jsonb stores keys. */
export async function listAttributeNames(snapshot: Snapshot, selection: Selection): Promise<AttributeName[]> {
  const { query } = snapshot;
  const { from } = selection;
  // Collect attribute names from a few products, then check that no product has an attribute with another name. This takes a third of the
  // time of reading the names from all products.
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
  const lists = await listNamesOfLists(snapshot, selection, names);
  const { rows } = await query<{ name: string; json: string }>(
    `select name, to_json(name)::text as json from unnest($1::text[]) name
     order by octet_length(name), name collate "C"`,
    [names],
  );
  return rows.map(({ name, json }) => ({
    name,
    json: Buffer.from(json),
    // An import reads a column whose name has this ending as a column of lists.
    is_list: lists.has(name) || name.endsWith(LIST_SUFFIX),
  }));
}

/** Lists the attributes that have a list as value in at least one of the products. */
async function listNamesOfLists(
  { query }: Snapshot,
  { from }: Selection,
  names: readonly string[],
): Promise<Set<string>> {
  const candidates = await withIndexedLists(query, names);
  const found = new Set<string>();
  // First read GUESS_ROWS products. Often they already show, for each attribute in question, that it has a list as value. Reading all
  // products would double the time of an export.
  for (const limit of [GUESS_ROWS, null]) {
    if (found.size === candidates.length) break;
    const { rows } = await query<{ name: string }>(
      `select distinct name
       from (select p.attributes
             from ${from} and p.attributes - $1::text[] @? 'strict $.* ? (@.type() == "array")' limit $2) p,
            jsonb_each(p.attributes) as each (name, value)
       where jsonb_typeof(value) = 'array'`,
      [[...found], limit],
    );
    for (const { name } of rows) found.add(name);
    if (rows.length === 0) break;
  }
  return found;
}

/** Returns the attributes that have a list as value in at least one product, according to the search index. Returns all attributes if
 * changes of products are still pending. */
async function withIndexedLists(query: Snapshot["query"], names: readonly string[]): Promise<readonly string[]> {
  const { rows } = await query<{ is_complete: boolean; words: string[] }>(
    `select not exists (select 1 from search_backlog) as is_complete,
            array(select word from search_words where word = any($1::text[])) as words`,
    [names.map((name) => wordOfTerm(listTerm(name)))],
  );
  const { is_complete = false, words = [] } = rows[0] ?? {};
  return is_complete ? names.filter((name) => words.includes(wordOfTerm(listTerm(name)))) : names;
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
  attributes: readonly AttributeName[],
  max: number,
): Promise<LongCell[]> {
  const lists = attributes.filter(({ is_list }) => is_list).map(({ name }) => name);
  // Compare the length in bytes first: PostgreSQL knows it without reading the text, and a text never has fewer bytes than code units.
  const { rows } = await query<LongCell>(
    `select p.sku, cell.field, cell.length
     from (select p.* from ${from} and (octet_length(p.description) > $1 or pg_column_size(p.attributes) > $2)) p,
     lateral (
       select field, length(value) + length(regexp_replace(value, '[^\\U00010000-\\U0010FFFF]+', '', 'g')) as length
       from (select 'description' as field, p.description as value
             union all select key, case when key = any($3::text[]) and value #>> '{}' ~ '^["[]' then value::text
                                        else value #>> '{}' end
                       from jsonb_each(p.attributes)) texts
       where octet_length(value) > $1
     ) cell
     where cell.length > $1 order by ${order_by}, cell.field collate "C" limit ${MAX_REPORTED}`,
    [max, Math.floor(max / MAX_COMPRESSION), lists],
  );
  return rows;
}
