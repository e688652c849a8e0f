// Brings many products up to date: compares rows with the stored products, inserts new products, and archives and updates changed ones.
// Imports and bulk changes use these statements.
//
// The comparison and the writes are separate statements, so an unchanged row costs only one read. The comparison locks nothing. If another
// writer creates, deletes or changes a product before the write, the write fails with a duplicate key or affects fewer rows than expected.
// The transaction then rolls back and the caller repeats it. (`FOR UPDATE` would lock the rows, but Citus rejects it on a distributed
// table.)
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { int32sOf, type BinaryArray } from "../../db/binary/binary-array.ts";
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { join, raw, sql, statement, type Sql } from "../../db/sql.ts";
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

/** The columns that the rows set. Products keep their values in all other columns. */
export interface MergeColumns {
  fields: readonly SettableField[];
  /** Names of the attributes that a product loses if its row has no value for them; null if the rows set no attributes. */
  attributes: readonly string[] | null;
  /** Whether an attribute with the value null is removed from the product. */
  null_removes: boolean;
  /** Whether a product keeps the spelling of its SKU, even if its row spells the SKU differently. */
  keeps_sku?: boolean;
  /** Whether a product keeps its value of a text field that is null in the staging table. */
  keeps_texts?: boolean;
}

/** The rows to compare, as binary arrays with one element per row. */
export interface ComparisonArrays {
  keys: BinaryArray;
  /** For each row, a hash of the text fields that the rows set, and of the SKU unless products keep the spelling of their SKU. See
   * `hashTextExtended`. */
  hashes: BinaryArray;
  /** One bit mask per row. Bit i is set if the product keeps its value of text field number i, counting only the text fields that the rows
   * set. For such a field, the row's hash contains an empty string. Undefined if no row has a bit set. */
  kept_texts?: BinaryArray;
  /** The seed of every hash: a bigint in decimal notation. */
  seed: string;
  /** The boolean and number fields that the rows set. `COMPARISONS` describes how each kind is encoded. */
  fields: Partial<Record<SettableField, BinaryArray>>;
  /** The attributes of each row as a JSON object. */
  attributes?: BinaryArray;
}

/** The values of a `boolean` field in the arrays that are compared with products. A blank value keeps the product's value. */
export const BOOLEAN_CELLS = { no: 0, yes: 1, blank: 2 } as const;

/** How rows `i` are compared with products `p`, by kind of field. `text` is undefined, because text fields are compared by hash.
 * A blank `boolean` cell keeps the product's value. A blank `number` cell is NaN in the array and clears the product's value. */
const COMPARISONS: Record<FieldKind, { array: string; differs: (field: string) => string } | undefined> = {
  text: undefined,
  boolean: {
    array: "int4[]",
    differs: (field) =>
      `(i.${field} <> ${BOOLEAN_CELLS.blank} and p.${field} is distinct from (i.${field} = ${BOOLEAN_CELLS.yes}))`,
  },
  number: { array: "float8[]", differs: (field) => `p.${field} is distinct from nullif(i.${field}, 'NaN')` },
};

/** The result of a comparison. `same` and `changed` are row numbers: indexes into the arrays that were compared. A row in neither list has
 * no product yet. */
export interface Comparison {
  same: Int32Array;
  changed: Int32Array;
  /** `changed_versions[i]` is the version that row `changed[i]` was compared with. */
  changed_versions: Int32Array;
  /** Storage locations (tid[]) of the products of `changed`; null if tids are not used. */
  changed_tids: BinaryArray | null;
}

/** Whether a statement may find a product by the tid that an earlier statement returned, instead of through the index. This saves a tenth
 * of the time of an update; the version shows whether the row is still the same. On Citus this is not possible, because a tid is valid on
 * one shard only. */
export async function hasTids(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ has_tids: boolean }>(
    "select not exists (select 1 from pg_extension where extname = 'citus') as has_tids",
  );
  return rows[0]?.has_tids === true;
}

/** Returns the arrays that contain the rows to compare (one array per column), the names of these columns, and SQL conditions. A row
 * differs from its product if at least one of the conditions is true. */
function comparisonTerms(
  columns: MergeColumns,
  arrays: ComparisonArrays,
): { unnested: Sql[]; names: string[]; differs: Sql[] } {
  const unnested = [sql`${arrays.keys}::text[]`, sql`${arrays.hashes}::bigint[]`];
  const names = ["sku_key", "hash"];
  const texts = columns.fields
    .filter((field) => kindOf(field) === "text")
    .map((field, i) =>
      arrays.kept_texts === undefined ? `p.${field}` : `case when i.kept & ${1 << i} = 0 then p.${field} else '' end`,
    );
  const hash = (columns.keeps_sku === true ? texts : ["p.sku", ...texts]).reduce(
    (chain, text) => sql`hashtextextended(${raw(text)}, ${chain})`,
    sql`${arrays.seed}::bigint`,
  );
  if (arrays.kept_texts !== undefined) {
    unnested.push(sql`${arrays.kept_texts}::int4[]`);
    names.push("kept");
  }
  const differs = [sql`${hash} <> i.hash`];
  for (const field of columns.fields) {
    const comparison = COMPARISONS[kindOf(field)];
    if (comparison === undefined) continue;
    unnested.push(sql`${arrays.fields[field]}::${raw(comparison.array)}`);
    names.push(field);
    differs.push(raw(comparison.differs(field)));
  }
  if (columns.attributes !== null) {
    unnested.push(sql`${arrays.attributes}::text[]`);
    names.push("attributes");
    const removed = sql`${columns.attributes}::text[]`;
    const merged = sql`((p.attributes - ${removed}) || i.attributes::jsonb)`;
    differs.push(
      sql`p.attributes is distinct from ${columns.null_removes ? sql`jsonb_strip_nulls(${merged})` : merged}`,
    );
  }
  return { unnested, names, differs };
}

/** Finds which of the `count` rows belong to existing products, and which of these rows would change their product. */
export async function compareWithProducts(
  db: pg.ClientBase,
  columns: MergeColumns,
  arrays: ComparisonArrays,
  count: number,
  withTids: boolean,
): Promise<Comparison> {
  const { unnested, names, differs } = comparisonTerms(columns, arrays);
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
    // Often no row differs, because the same file is imported again. In this case, PostgreSQL returns one boolean instead of `count`
    // indexes.
    same: row?.is_all_same === true ? Int32Array.from({ length: count }, (_, index) => index) : int32sOf(row?.same),
    changed: int32sOf(row?.changed),
    changed_versions: int32sOf(row?.versions),
    changed_tids: row?.tids ?? null,
  };
}

/** Inserts new products. `rows` contains the columns `COPIED_COLUMNS` and `optional` in the binary format of COPY. If a key already exists,
 * the transaction fails with 23505 (unique_violation). */
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

/** Inserts rows with the columns `STAGED_COLUMNS` into the staging table. */
export async function stageChanges(db: pg.ClientBase, rows: Buffer): Promise<void> {
  await copyInto(db, `copy product_staging (${columnList(STAGED_COLUMNS)}) from stdin (format binary)`, rows);
}

/** Identifies the staged rows that one transaction applies, and contains the time of the change. `now` is passed as a parameter, because
 * Citus rejects volatile functions in some writes. */
export interface Stage {
  changeset_id: number;
  part: number;
  now: string;
}

/** The SQL that assigns the value of a staged row `s` to its product `p`, by kind of field. If a `boolean` is null in the staging table,
 * the product keeps its value. */
const ASSIGNMENTS: Record<FieldKind, (field: string) => string> = {
  text: (field) => `${field} = s.${field}`,
  boolean: (field) => `${field} = coalesce(s.${field}, p.${field})`,
  number: (field) => `${field} = s.${field}`,
};

/** Archives the products of the staged rows, updates these products, and deletes the staged rows.
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
  const assign = (field: SettableField): string =>
    columns.keeps_texts === true && kindOf(field) === "text"
      ? `${field} = coalesce(s.${field}, p.${field})`
      : ASSIGNMENTS[kindOf(field)](field);
  const sets = [
    ...(columns.keeps_sku === true ? [] : ["sku = s.sku"]),
    "version = p.version + 1",
    "changed_in = $1::bigint",
    "source_line = s.source_line",
    "updated_at = $3::timestamptz",
    ...columns.fields.map(assign),
  ];
  const values: unknown[] = [changeset_id, part, now];
  if (columns.attributes !== null) {
    values.push(columns.attributes);
    const merged = "(p.attributes - $4::text[]) || s.attributes";
    sets.push(`attributes = ${columns.null_removes ? `jsonb_strip_nulls(${merged})` : merged}`);
  }
  const { rowCount } = await db.query(
    `update products p set ${sets.join(", ")} from product_staging s where ${ofPart}`,
    values,
  );
  if (rowCount !== expected)
    throw new ConcurrentChange(`${expected - (rowCount ?? 0)} of ${expected} products changed after the comparison`);
  await noteStaged(db, changeset_id, part);
  await db.query("delete from product_staging s where s.changeset_id = $1 and s.part = $2", [changeset_id, part]);
}

/**
 * Number of bytes in one write to the socket: large enough to keep the socket busy, and small enough not to double the memory of a chunk.
 */
const COPY_WINDOW_BYTES = 1 << 18;

async function copyInto(db: pg.ClientBase, statement: string, rows: Buffer): Promise<void> {
  const stream = db.query(copyFrom(statement));
  const done = finished(stream);
  // The code below awaits `done`. This handler prevents an unhandled rejection if `done` fails earlier.
  done.catch(() => undefined);
  for (let at = 0; at < rows.length && !stream.destroyed; at += COPY_WINDOW_BYTES) {
    if (!stream.write(rows.subarray(at, at + COPY_WINDOW_BYTES))) {
      await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), done]);
    }
  }
  stream.end();
  await done;
}
