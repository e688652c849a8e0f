// SQL of an import's chunks. A chunk's rows, counts and `done` mark are committed together.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";

/** Maximum number of records in a chunk: about 3 MB of text, loaded in less than 200 ms. */
export const MAX_CHUNK_RECORDS = 1 << 14;

export interface Chunk {
  chunk_no: number;
  byte_start: number;
  byte_end: number;
  first_row: number;
  first_line: number;
  records: number;
  /** Bitmap in which bit r is set if record r is superseded or rejected, so that loaders skip it. */
  skip: Buffer;
}

export async function insertChunks(db: Queryable, importId: number, chunks: readonly Chunk[]): Promise<void> {
  await db.query(
    `insert into import_chunks (import_id, chunk_no, byte_start, byte_end, first_row, first_line, records, skip)
     select $1, * from unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[], $8::bytea[])`,
    [
      importId,
      chunks.map((chunk) => chunk.chunk_no),
      chunks.map((chunk) => chunk.byte_start),
      chunks.map((chunk) => chunk.byte_end),
      chunks.map((chunk) => chunk.first_row),
      chunks.map((chunk) => chunk.first_line),
      chunks.map((chunk) => chunk.records),
      chunks.map((chunk) => chunk.skip),
    ],
  );
}

/** Claims the next chunk that no other loader has claimed. The claim is a row lock, which ends with the transaction. Each chunk
 * gets its own `now`, even if one transaction loads several chunks, because `now` identifies the changes of one chunk. */
export async function claimChunk(
  client: pg.ClientBase,
  importId: number,
): Promise<(Chunk & { now_us: number; now: string }) | undefined> {
  const { rows } = await client.query<Chunk & { now_us: number; now: string }>(
    `select c.chunk_no, c.byte_start, c.byte_end, c.first_row, c.first_line, c.records, c.skip,
            (extract(epoch from t.now) * 1000000)::bigint as now_us, t.now
     from import_chunks c cross join (select clock_timestamp() as now offset 0) t
     where c.import_id = $1 and not c.done
       and exists (select 1 from imports i where i.id = $1 and i.state = 'loading' and not i.cancel_requested)
     order by c.chunk_no limit 1
     for update of c skip locked`,
    [importId],
  );
  return rows[0];
}

/** Number of a chunk's rows with each outcome. */
export interface ChunkCounts {
  created: number;
  updated: number;
  unchanged: number;
  deleted: number;
  rejected: number;
}

/** Stores a chunk's counts in the chunk's own row. Updating the import's row instead would lock that row until the commit is on
 * disk, and every loader would wait for the disk writes of the other loaders. */
export async function markChunkDone(
  client: pg.ClientBase,
  importId: number,
  chunkNo: number,
  { created, updated, unchanged, deleted, rejected }: ChunkCounts,
): Promise<void> {
  await client.query(
    `update import_chunks set done = true, created = $3, updated = $4, unchanged = $5, deleted = $6, rejected = $7
     where import_id = $1 and chunk_no = $2`,
    [importId, chunkNo, created, updated, unchanged, deleted, rejected],
  );
}

const SUMS = (["created", "updated", "unchanged", "deleted", "rejected"] as const)
  .map((count) => `coalesce(sum(${count}), 0)::bigint as ${count}`)
  .join(", ");

/** Sums the counts of the import's loaded chunks. */
export async function sumChunks(db: Queryable, importId: number): Promise<ChunkCounts> {
  const { rows } = await db.query<ChunkCounts>(`select ${SUMS} from import_chunks where import_id = $1 and done`, [
    importId,
  ]);
  return rows[0] as ChunkCounts;
}

/** The counts of an import, including those of its loaded chunks. */
export interface FinalCounts extends ChunkCounts {
  rows: number;
  adds: number;
  superseded: number;
  ignored: number;
}

export async function readFinalCounts(db: Queryable, importId: number): Promise<FinalCounts> {
  const { rows } = await db.query<FinalCounts>(
    `select coalesce(i.rows, 0) as rows, i.adds, i.superseded, i.ignored, greatest(i.created, s.created) as created,
            greatest(i.updated, s.updated) as updated, greatest(i.unchanged, s.unchanged) as unchanged, greatest(i.deleted, s.deleted) as deleted,
            greatest(i.rejected, i.scan_rejected + s.rejected) as rejected
     from imports i cross join (select ${SUMS} from import_chunks where import_id = $1 and done) s
     where i.id = $1`,
    [importId],
  );
  return rows[0] as FinalCounts;
}

/** Deletes all chunks of an import and returns the summed counts of the loaded ones. Waits for loaders that have claimed a chunk. */
export async function deleteChunks(client: pg.ClientBase, importId: number): Promise<ChunkCounts> {
  const { rows } = await client.query<ChunkCounts>(
    `with deleted as (delete from import_chunks where import_id = $1 returning *) select ${SUMS} from deleted where done`,
    [importId],
  );
  return rows[0] as ChunkCounts;
}
