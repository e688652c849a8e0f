// Brings many products up to date: compares rows with products, copies the new ones, and archives and updates the changed ones.
// Every bulk change of the catalogue runs these statements.
//
// The comparison and the writes are separate statements, so an unchanged row costs one read. Nothing is locked in between. If another
// writer creates, deletes or changes a product meanwhile, a write fails with a duplicate key or affects fewer rows; the transaction
// rolls back and the caller repeats it. (Citus rejects `FOR UPDATE` on a distributed table.)
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { int32sOf, type BinaryArray } from "../../db/binary/binary-array.ts";
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { join, raw, sql, statement } from "../../db/sql.ts";
import { noteStaged } from "../backlog.ts";
import {
  columnList,
  COPIED_COLUMNS,
  kindOf,
  STAGED_COLUMNS,
  STORED_COLUMNS,
  type OptionalCopiedColumn,
  type SettableField,
} from "../product/column-lists.ts";
import type { FieldKind } from "../product/product-columns.ts";

/** The columns that the rows set. The other columns keep their values. */
export interface MergeColumns {
  fields: readonly SettableField[];
  /** A blank value removes the attribute. Empty: the rows set no attributes. */
  attributes: readonly string[];
}

/** Binary arrays with one element per row. */
export interface ComparisonArrays {
  keys: BinaryArray;
  /** Hashes of the SKU and the text fields that the rows set; see `hashTextExtended`. */
  hashes: BinaryArray;
  /** Start value of every chain of hashes, as the text of a bigint. */
  seed: string;
  /** Every other field that the rows set, as described in `COMPARISONS`. */
  fields: Partial<Record<SettableField, BinaryArray>>;
  /** JSON objects. */
  attributes?: BinaryArray;
}

/** Elements of an array of `boolean` cells. */
export const BOOLEAN_CELLS = { no: 0, yes: 1, blank: 2 } as const;

/** How rows are compared with products `p`, for the kinds that the hash does not cover.
 * A blank `boolean` cell keeps the product's value. A blank `number` cell is NaN in the array and clears the value. */
const COMPARISONS: Record<FieldKind, { array: string; differs: (field: string) => string } | undefined> = {
  text: undefined,
  boolean: {
    array: "int4[]",
    differs: (field) =>
      `(i.${field} <> ${BOOLEAN_CELLS.blank} and p.${field} is distinct from (i.${field} = ${BOOLEAN_CELLS.yes}))`,
  },
  number: { array: "float8[]", differs: (field) => `p.${field} is distinct from nullif(i.${field}, 'NaN')` },
};

/** Indexes into the arrays. A row in neither list belongs to a product that does not exist. */
export interface Comparison {
  same: Int32Array;
  changed: Int32Array;
  /** `changed_versions[i]` is the version that row `changed[i]` was compared with. */
  changed_versions: Int32Array;
  /** Where the products of `changed` are stored, a tid[]. */
  changed_tids: BinaryArray | null;
}

/** Returns true if a statement may find a product by the tid that an earlier statement returned, instead of through the index. That saves a
 * tenth of the time of an update; the version shows whether the row is still the same. On Citus a tid is valid on one shard only. */
export async function hasTids(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ has_tids: boolean }>(
    "select not exists (select from pg_extension where extname = 'citus') as has_tids",
  );
  return rows[0]?.has_tids === true;
}

/** Finds which of `count` rows belong to existing products, and which of those would change the product. */
export async function compareWithProducts(
  db: pg.ClientBase,
  columns: MergeColumns,
  arrays: ComparisonArrays,
  count: number,
  withTids: boolean,
): Promise<Comparison> {
  const unnested = [sql`${arrays.keys}::text[]`, sql`${arrays.hashes}::bigint[]`];
  const names = ["sku_key", "hash"];
  const texts = ["sku", ...columns.fields.filter((field) => kindOf(field) === "text")];
  const hash = texts.reduce(
    (chain, name) => sql`hashtextextended(${raw(`p.${name}`)}, ${chain})`,
    sql`${arrays.seed}::bigint`,
  );
  const differs = [sql`${hash} <> i.hash`];
  for (const field of columns.fields) {
    const comparison = COMPARISONS[kindOf(field)];
    if (comparison === undefined) continue;
    unnested.push(sql`${arrays.fields[field]}::${raw(comparison.array)}`);
    names.push(field);
    differs.push(raw(comparison.differs(field)));
  }
  if (columns.attributes.length > 0) {
    unnested.push(sql`${arrays.attributes}::text[]`);
    names.push("attributes");
    const removed = sql`${columns.attributes}::text[]`;
    differs.push(sql`p.attributes is distinct from ((p.attributes - ${removed}) || i.attributes::jsonb)`);
  }
  const tid = raw(withTids ? "p.ctid" : "null::tid");
  const { rows } = await db.query<
    { is_all_same: boolean } & Record<"same" | "changed" | "versions" | "tids", BinaryArray | null>
  >(
    statement`select is_all_same, array_send(changed) as changed, array_send(versions) as versions,
            case when ${raw(String(withTids))} then array_send(tids) end as tids,
            case when not is_all_same then array_send(same) end as same
     from (select count(*) filter (where not differs) = ${count}::bigint as is_all_same,
                  array_agg(position) filter (where not differs) as same,
                  array_agg(position) filter (where differs) as changed,
                  array_agg(version) filter (where differs) as versions,
                  array_agg(tid) filter (where differs) as tids
           from (select (i.position - 1)::integer as position, p.version, ${tid} as tid, (${join(differs, " or ")}) as differs
                 from unnest(${join(unnested, ", ")}) with ordinality as i (${raw(names.join(", "))}, position)
                 join products p on p.sku_key = i.sku_key
                 offset 0) compared) found`,
  );
  const row = rows[0];
  return {
    // A file that is imported again is the most frequent case: the server answers with one word instead of `count` indexes.
    same: row?.is_all_same === true ? Int32Array.from({ length: count }, (_, index) => index) : int32sOf(row?.same),
    changed: int32sOf(row?.changed),
    changed_versions: int32sOf(row?.versions),
    changed_tids: row?.tids ?? null,
  };
}

/** Copies rows of `COPIED_COLUMNS` and `optional` into products. An existing key fails the transaction with 23505. */
export async function copyNewProducts(
  db: pg.ClientBase,
  rows: Buffer,
  optional: readonly OptionalCopiedColumn[],
): Promise<void> {
  await copyInto(
    db,
    `copy products (${columnList([...COPIED_COLUMNS, ...optional])}) from stdin (format binary)`,
    rows,
  );
}

/** Copies rows of `STAGED_COLUMNS` into the staging table. */
export async function stageChanges(db: pg.ClientBase, rows: Buffer): Promise<void> {
  await copyInto(db, `copy product_staging (${columnList(STAGED_COLUMNS)}) from stdin (format binary)`, rows);
}

/** Rows of the staging table that one transaction applies, and the time of the change. `now` is a parameter, since Citus rejects
 * volatile functions in some writes. */
export interface Stage {
  changeset_id: number;
  part: number;
  now: string;
}

/** How a staged row `s` changes its product `p`. A `boolean` that is null in the staging table keeps the product's value. */
const ASSIGNMENTS: Record<FieldKind, (field: string) => string> = {
  text: (field) => `${field} = s.${field}`,
  boolean: (field) => `${field} = coalesce(s.${field}, p.${field})`,
  number: (field) => `${field} = s.${field}`,
};

/** Archives the products of the staged rows, updates them, and deletes the staged rows.
 * @param byTid true if every staged row has a tid
 * @throws ConcurrentChange unless all `expected` products still have the version that was compared */
export async function applyStagedChanges(
  db: pg.ClientBase,
  columns: MergeColumns,
  { changeset_id, part, now }: Stage,
  expected: number,
  byTid = false,
): Promise<void> {
  const isProduct = `p.sku_key = s.sku_key and p.version = s.version${byTid ? " and p.ctid = s.tid" : ""}`;
  const ofPart = `s.changeset_id = $1 and s.part = $2 and ${isProduct}`;
  await db.query(
    `insert into product_history (${columnList(STORED_COLUMNS)}, replaced_in, replaced_at)
     select ${columnList(STORED_COLUMNS, "p")}, $1::bigint, $3::timestamptz
     from product_staging s join products p on ${ofPart}`,
    [changeset_id, part, now],
  );
  const sets = [
    "sku = s.sku",
    "version = p.version + 1",
    "changed_in = $1::bigint",
    "source_line = s.source_line",
    "updated_at = $3::timestamptz",
    ...columns.fields.map((field) => ASSIGNMENTS[kindOf(field)](field)),
  ];
  const values: unknown[] = [changeset_id, part, now];
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
  await noteStaged(db, changeset_id, part);
  await db.query("delete from product_staging s where s.changeset_id = $1 and s.part = $2", [changeset_id, part]);
}

/** Bytes written to the socket at once: enough to keep it busy, and few enough not to double a chunk's memory. */
const COPY_WINDOW_BYTES = 1 << 18;

async function copyInto(db: pg.ClientBase, statement: string, rows: Buffer): Promise<void> {
  const stream = db.query(copyFrom(statement));
  const done = finished(stream);
  // Awaited below. Without this handler, a failure while a write waits for `drain` would be an unhandled rejection.
  done.catch(() => undefined);
  for (let at = 0; at < rows.length && !stream.destroyed; at += COPY_WINDOW_BYTES) {
    if (!stream.write(rows.subarray(at, at + COPY_WINDOW_BYTES))) {
      await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), done]);
    }
  }
  stream.end();
  await done;
}
