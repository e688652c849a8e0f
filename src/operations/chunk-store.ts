// The SQL of chunks: the products of an operation, divided into the units of its work.
import type pg from "pg";
import type { ParsedFilter } from "../catalog/query/parse-filter.ts";
import { hasTids } from "../catalog/bulk/merge.ts";
import type { BinaryArray } from "../db/binary/binary-array.ts";
import type { Queryable } from "../db/connection/connect.ts";
import { raw, statement } from "../db/sql.ts";
import type { ChangesetKind } from "../../contract/changesets/changeset-kinds.ts";

export interface Chunk {
  chunk_no: number;
  /** What the lists of this chunk identify. products: products, by their keys alone. versions: versions in the history, by key, id and
   * version. created: products that a changeset created, each with version 0. */
  source: "products" | "versions" | "created";
  count: number;
  keys: BinaryArray;
  ids: BinaryArray;
  versions: BinaryArray;
  /** Physical addresses (ctid) of the rows when the chunk was stored; null if unknown. */
  tids: BinaryArray | null;
}

/** The time of the chunk's transaction. */
export interface ChunkTime {
  now: string;
}

/** The columns of a chunk. */
export const CHUNK = `chunk_no, source, cardinality(keys) as count, array_send(keys) as keys,
  array_send(coalesce(ids, '{}')) as ids, array_send(coalesce(versions, '{}')) as versions, array_send(tids) as tids`;

/** Stores chunks of products given by their keys, which must be distinct and in key order. */
export async function insertKeyChunks(db: Queryable, operationId: number, keys: string[], size: number): Promise<void> {
  for (let chunkNo = 0; chunkNo * size < keys.length; chunkNo++) {
    await db.query(
      "insert into operation_chunks (operation_id, chunk_no, source, keys) values ($1, $2, 'products', $3)",
      [operationId, chunkNo, keys.slice(chunkNo * size, (chunkNo + 1) * size)],
    );
  }
}

/** Claims the next chunk that no executor holds. The row lock is the lease: it ends with the transaction. */
export async function claimChunk(client: pg.ClientBase, operationId: number): Promise<(Chunk & ChunkTime) | undefined> {
  const { rows } = await client.query<Chunk & ChunkTime>(
    // Choose `chunk_no` in a subquery. Without it, the planner may sort all remaining chunks with their arrays.
    `select ${CHUNK}, now() as now from operation_chunks
     where operation_id = $1 and chunk_no = (
       select c.chunk_no from operation_chunks c
       where c.operation_id = $1 and not c.done
         and exists (select 1 from operations o where o.id = $1 and o.state = 'running' and not o.cancel_requested)
       order by c.chunk_no limit 1
       for update of c skip locked)`,
    [operationId],
  );
  return rows[0];
}

/** The result of a chunk. */
export interface ChunkCounts {
  created: number;
  updated: number;
  deleted: number;
  unchanged: number;
  missing: number;
  kept: number;
  /** Number of products outside the selection that an undo deleted, because a selected product needed their key. */
  more: number;
}

export const NO_COUNTS: Readonly<ChunkCounts> = {
  created: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  missing: 0,
  kept: 0,
  more: 0,
};

/** Stores the counts in the chunk's row. If executors stored them in the operation's row, they would wait for each other, because each
 * would lock the row until its commit is on disk. */
export async function markChunkDone(
  client: pg.ClientBase,
  operationId: number,
  chunkNo: number,
  { created, updated, deleted, unchanged, missing, kept, more }: ChunkCounts,
): Promise<void> {
  await client.query(
    `update operation_chunks set done = true, created = $3, updated = $4, deleted = $5, unchanged = $6, missing = $7,
            kept = $8, more = $9
     where operation_id = $1 and chunk_no = $2`,
    [operationId, chunkNo, created, updated, deleted, unchanged, missing, kept, more],
  );
}

/** Stores chunks of all products that match the filter now. */
export async function insertFilterChunks(
  db: Queryable,
  operationId: number,
  size: number,
  filter: ParsedFilter,
): Promise<void> {
  const tids = raw((await hasTids(db)) ? "array_agg(tid)" : "null::tid[]");
  await db.query(
    statement`insert into operation_chunks (operation_id, chunk_no, source, keys, tids)
     select ${operationId}::bigint, chunk_no, 'products', array_agg(sku_key), ${tids}
     from (select p.sku_key, p.ctid as tid, (row_number() over () - 1) / ${size}::integer as chunk_no
           from products p where ${filter.where}) selected
     group by chunk_no`,
  );
}

/** Stores chunks of the versions that a changeset ended, and of the products that it created and that still exist. If the changeset is
 * itself an undo, it may have given the key of one product to another product. Then the changeset has several versions of this key, and all
 * of them are stored in the same chunk. */
export async function insertChangesetChunks(
  db: Queryable,
  operationId: number,
  size: number,
  changeset: { id: number; kind: ChangesetKind; id_base: number | null; id_count: number },
): Promise<void> {
  const withTids = await hasTids(db);
  const number =
    changeset.kind === "undo"
      ? "dense_rank() over (order by coalesce(h.renamed_to, h.sku_key))"
      : "row_number() over ()";
  await db.query(
    `insert into operation_chunks (operation_id, chunk_no, source, keys, ids, versions, tids)
     select $1::bigint, chunk_no, 'versions', array_agg(sku_key), array_agg(id), array_agg(version),
            ${withTids ? "array_agg(tid)" : "null::tid[]"}
     from (select h.sku_key, h.id, h.version, h.ctid as tid, (${number} - 1) / $2::integer as chunk_no
           from product_history h where h.replaced_in = $3) selected
     group by chunk_no`,
    [operationId, size, changeset.id],
  );
  if (changeset.id_base === null) return;
  await db.query(
    `insert into operation_chunks (operation_id, chunk_no, source, keys, ids, versions)
     select $1::bigint, -1 - chunk_no, 'created', array_agg(sku_key), array_agg(id), array_agg(0)
     from (select p.sku_key, p.id, (row_number() over () - 1) / $2::integer as chunk_no
           from products p where p.id >= $4::bigint and p.id < $4::bigint + $5::bigint and p.created_in = $3) selected
     group by chunk_no`,
    [operationId, size, changeset.id, changeset.id_base, changeset.id_count],
  );
}

export async function countSelected(db: Queryable, operationId: number): Promise<{ chunks: number; products: number }> {
  const { rows } = await db.query<{ chunks: number; products: number }>(
    `select count(*) as chunks, coalesce(sum(cardinality(keys)), 0)::bigint as products
     from operation_chunks where operation_id = $1`,
    [operationId],
  );
  return rows[0] as { chunks: number; products: number };
}

/** Deletes the chunks that are not done. If an executor is processing a chunk, the statement waits for the executor's row lock, until the
 * executor has committed or rolled back. */
export async function deleteOpenChunks(db: Queryable, operationId: number): Promise<void> {
  await db.query("delete from operation_chunks where operation_id = $1 and not done", [operationId]);
}

export async function deleteChunks(db: Queryable, operationId: number): Promise<void> {
  await db.query("delete from operation_chunks where operation_id = $1", [operationId]);
}

/** Deletes chunks that remained because a process died after its operation was cancelled and before it deleted the chunks. */
export async function deleteChunksOfEndedOperations(db: Queryable): Promise<void> {
  await db.query(
    `delete from operation_chunks c using operations o
     where o.id = c.operation_id and o.state in ('done', 'cancelled', 'failed')`,
  );
}
