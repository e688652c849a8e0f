// Bringing many products up to date at once: look which exist and differ, copy the new ones, change the others and keep what
// they were. The SQL of the hot path; everything that changes the catalogue in bulk comes through here.
//
// A look and the writes that follow are apart, so that unchanged rows cost a read only. Nothing is locked in between:
// a product that came, went or changed meanwhile shows as a duplicate key or as a count that differs, the transaction is
// rolled back and the caller looks again. (`FOR UPDATE` over a distributed table is refused by Citus.)
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Queryable } from "../../db/connection/connect.ts";
import { noteStaged } from "../backlog.ts";

/** Which of a product's columns the rows speak of; the others are left alone. */
export interface MergeColumns {
  name: boolean;
  description: boolean;
  active: boolean;
  /** Attributes that the rows decide: a blank one is removed. Empty = attributes are left alone. */
  attributes: readonly string[];
}

/** Binary arrays, one element a row. */
export interface ComparisonArrays {
  keys: Buffer;
  /** Of sku, name and description, as far as the rows have them: see `hashTextExtended`. */
  hashes: Buffer;
  /** What the chain of hashes began with, as a bigint's text. */
  seed: string;
  /** 1 yes, 0 no, 2 = the cell is blank and says nothing. */
  active?: Buffer;
  /** JSON objects. */
  attributes?: Buffer;
}

/** Positions (from 0) in the arrays; a row in neither list is of a product that does not exist. */
export interface Comparison {
  same: Int32Array;
  changed: Int32Array;
  /** Of the product that `changed[i]` was compared with. */
  changed_versions: Int32Array;
  /** Where their rows lie: a binary array of tid. */
  changed_tids: Buffer | null;
}

/** Whether a product may be found again by its row's tid, as a look has found it, without a way through the index: that spares a tenth of
 * the work of changing it, and the version says whether it is still the same. In a table of shards a tid is one of a shard. */
export async function hasTids(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ has_tids: boolean }>(
    "select not exists (select from pg_extension where extname = 'citus') as has_tids",
  );
  return rows[0]?.has_tids === true;
}

/** Which of `count` rows are of existing products, and whether they would change them. */
export async function compareWithProducts(
  db: pg.ClientBase,
  columns: MergeColumns,
  arrays: ComparisonArrays,
  count: number,
  withTids: boolean,
): Promise<Comparison> {
  const values: unknown[] = [arrays.keys, arrays.hashes, arrays.seed];
  const unnested = ["$1::text[]", "$2::bigint[]"];
  const names = ["sku_key", "hash"];
  const texts = ["sku", ...(["name", "description"] as const).filter((name) => columns[name])];
  const hash = texts.reduce((chain, name) => `hashtextextended(p.${name}, ${chain})`, "$3::bigint");
  const differs = [`${hash} <> i.hash`];
  if (columns.active) {
    values.push(arrays.active);
    unnested.push(`$${String(values.length)}::int4[]`);
    names.push("active");
    differs.push("(i.active <> 2 and p.active is distinct from (i.active = 1))");
  }
  if (columns.attributes.length > 0) {
    values.push(arrays.attributes, columns.attributes);
    unnested.push(`$${String(values.length - 1)}::text[]`);
    names.push("attributes");
    const removed = `$${String(values.length)}::text[]`;
    differs.push(`p.attributes is distinct from ((p.attributes - ${removed}) || i.attributes::jsonb)`);
  }
  values.push(count);
  const tid = withTids ? "p.ctid" : "null::tid";
  const { rows } = await db.query<{ is_all_same: boolean } & Record<"same" | "changed" | "versions" | "tids", Sent>>(
    `select is_all_same, array_send(changed) as changed, array_send(versions) as versions,
            case when ${String(withTids)} then array_send(tids) end as tids,
            case when not is_all_same then array_send(same) end as same
     from (select count(*) filter (where not differs) = $${String(values.length)}::bigint as is_all_same,
                  array_agg(position) filter (where not differs) as same,
                  array_agg(position) filter (where differs) as changed,
                  array_agg(version) filter (where differs) as versions,
                  array_agg(tid) filter (where differs) as tids
           from (select (i.position - 1)::integer as position, p.version, ${tid} as tid, (${differs.join(" or ")}) as differs
                 from unnest(${unnested.join(", ")}) with ordinality as i (${names.join(", ")}, position)
                 join products p on p.sku_key = i.sku_key
                 offset 0) looked) found`,
    values,
  );
  const row = rows[0];
  return {
    // Said by one word where a file is imported again, the most frequent of all answers
    same: row?.is_all_same === true ? Int32Array.from({ length: count }, (_, position) => position) : int32s(row?.same),
    changed: int32s(row?.changed),
    changed_versions: int32s(row?.versions),
    changed_tids: row?.tids ?? null,
  };
}

/** An array in PostgreSQL's binary form; null = it is empty. */
type Sent = Buffer | null;

/** Bytes before the first element of a binary array, and before each element's value. */
const ARRAY_HEAD = 20;
const ELEMENT_HEAD = 4;
export const TID_BYTES = 6;

function int32s(sent: Sent | undefined): Int32Array {
  if (sent === null || sent === undefined) return new Int32Array(0);
  const numbers = new Int32Array((sent.length - ARRAY_HEAD) / (ELEMENT_HEAD + 4));
  for (let i = 0, at = ARRAY_HEAD + ELEMENT_HEAD; i < numbers.length; i++, at += ELEMENT_HEAD + 4)
    numbers[i] = sent.readInt32BE(at);
  return numbers;
}

/** Where the bytes of the i-th tid begin in `changed_tids`. */
export const tidStart = (i: number): number => ARRAY_HEAD + i * (ELEMENT_HEAD + TID_BYTES) + ELEMENT_HEAD;

/** Fields of a row for `copyNewProducts`, in this order. The last two stand only where the rows say so: as defaults they
 * cost less than half (jsonb's input function alone took a tenth of the copy). */
const NEW_PRODUCT_FIELDS = [
  ...["sku_key", "id", "source_line", "created_in", "changed_in", "created_at", "updated_at"],
  ...["sku", "name", "description"],
];

/** Copies binary rows into products. A key that exists fails the transaction with 23505. */
export async function copyNewProducts(
  db: pg.ClientBase,
  rows: Buffer,
  has: { active: boolean; attributes: boolean },
): Promise<void> {
  const fields = [...NEW_PRODUCT_FIELDS, ...(has.active ? ["active"] : []), ...(has.attributes ? ["attributes"] : [])];
  await copyInto(db, `copy products (${fields.join(", ")}) from stdin (format binary)`, rows);
}

/** Order of the fields in a row for `stageChanges`. */
const STAGED_FIELDS =
  "sku_key, changeset_id, part, version, source_line, sku, name, description, active, attributes, tid";

/** Copies binary rows into the staging table. */
export async function stageChanges(db: pg.ClientBase, rows: Buffer): Promise<void> {
  await copyInto(db, `copy product_staging (${STAGED_FIELDS}) from stdin (format binary)`, rows);
}

/** Keeps the products named by the staged rows of (changeset, part) as they are, changes them, and empties the stage.
 * `by_tid`: every one of them has its tid. `now` is the time of the change: a parameter, since Citus refuses volatile functions in some writes.
 * @throws ConcurrentChange when not all `expected` products still have the version that was compared */
export async function applyStagedChanges(
  db: pg.ClientBase,
  columns: MergeColumns,
  changesetId: number,
  part: number,
  now: string,
  expected: number,
  byTid = false,
): Promise<void> {
  const isProduct = `p.sku_key = s.sku_key and p.version = s.version${byTid ? " and p.ctid = s.tid" : ""}`;
  const ofPart = `s.changeset_id = $1 and s.part = $2 and ${isProduct}`;
  await db.query(
    `insert into product_history (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                                  source_line, created_at, updated_at, replaced_in, replaced_at)
     select p.sku_key, p.id, p.version, p.sku, p.name, p.description, p.active, p.attributes, p.created_in, p.changed_in,
            p.source_line, p.created_at, p.updated_at, $1::bigint, $3::timestamptz
     from product_staging s join products p on ${ofPart}`,
    [changesetId, part, now],
  );
  const sets = [
    "sku = s.sku",
    "version = p.version + 1",
    "changed_in = $1::bigint",
    "source_line = s.source_line",
    "updated_at = $3::timestamptz",
  ];
  if (columns.name) sets.push("name = s.name");
  if (columns.description) sets.push("description = s.description");
  if (columns.active) sets.push("active = coalesce(s.active, p.active)");
  const values: unknown[] = [changesetId, part, now];
  if (columns.attributes.length > 0) {
    values.push(columns.attributes);
    sets.push("attributes = (p.attributes - $4::text[]) || s.attributes");
  }
  const { rowCount } = await db.query(
    `update products p set ${sets.join(", ")} from product_staging s where ${ofPart}`,
    values,
  );
  if (rowCount !== expected)
    throw new ConcurrentChange(`${expected - (rowCount ?? 0)} of ${expected} products changed meanwhile`);
  await noteStaged(db, changesetId, part);
  await db.query("delete from product_staging s where s.changeset_id = $1 and s.part = $2", [changesetId, part]);
}

/** Bytes handed to the socket at once: enough to keep it busy, little enough not to double a chunk's memory. */
const COPY_PIECE = 1 << 18;

async function copyInto(db: pg.ClientBase, statement: string, rows: Buffer): Promise<void> {
  const stream = db.query(copyFrom(statement));
  const done = finished(stream);
  // Handled below; without this an early failure would surface as an unhandled rejection while a piece waits to drain.
  done.catch(() => undefined);
  for (let at = 0; at < rows.length && !stream.destroyed; at += COPY_PIECE) {
    if (!stream.write(rows.subarray(at, at + COPY_PIECE))) {
      await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), done]);
    }
  }
  stream.end();
  await done;
}
