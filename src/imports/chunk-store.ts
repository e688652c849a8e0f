// The SQL of chunks: the atoms of an import.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";

export interface Chunk {
  chunk_no: number;
  byte_start: number;
  byte_end: number;
  first_row: number;
  first_line: number;
  records: number;
  skip: Buffer;
}

/** Writes an import's chunks, a page of them at a time: a bitmap of 5,000,000 rows is 600 kB. */
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

/** The next chunk that nobody loads, locked: the lock is the lease and ends with the transaction, however that ends. Its time
 * is its own, also where one transaction loads many: by it the chunk's changes are found. */
export async function claimChunk(
  client: pg.ClientBase,
  importId: number,
): Promise<(Chunk & { now_us: number; now: string }) | undefined> {
  const { rows } = await client.query<Chunk & { now_us: number; now: string }>(
    `select c.chunk_no, c.byte_start, c.byte_end, c.first_row, c.first_line, c.records, c.skip,
            (extract(epoch from t.now) * 1000000)::bigint as now_us, t.now
     from import_chunks c cross join (select clock_timestamp() as now offset 0) t
     where c.import_id = $1 and not c.done
       and exists (select from imports i where i.id = $1 and i.state = 'loading' and not i.cancel_requested)
     order by c.chunk_no limit 1
     for update of c skip locked`,
    [importId],
  );
  return rows[0];
}

/** What became of a chunk's rows. */
export interface ChunkCounts {
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

/** Counts a chunk where nobody else writes: the import's own row would be locked until the commit is on disk, and every
 * lane would wait for the others' disk writes. */
export async function markChunkDone(
  client: pg.ClientBase,
  importId: number,
  chunkNo: number,
  { created, updated, unchanged, rejected }: ChunkCounts,
): Promise<void> {
  await client.query(
    `update import_chunks set done = true, created = $3, updated = $4, unchanged = $5, rejected = $6
     where import_id = $1 and chunk_no = $2`,
    [importId, chunkNo, created, updated, unchanged, rejected],
  );
}

const SUMS = (["created", "updated", "unchanged", "rejected"] as const)
  .map((count) => `coalesce(sum(${count}), 0)::bigint as ${count}`)
  .join(", ");

/** What the chunks of an import that are done add up to. */
export async function sumChunks(db: Queryable, importId: number): Promise<ChunkCounts> {
  const { rows } = await db.query<ChunkCounts>(`select ${SUMS} from import_chunks where import_id = $1 and done`, [
    importId,
  ]);
  return rows[0] as ChunkCounts;
}

/** The same, and takes all of them away. Waits for the lanes that are loading one. */
export async function takeChunks(client: pg.ClientBase, importId: number): Promise<ChunkCounts> {
  const { rows } = await client.query<ChunkCounts>(
    `with taken as (delete from import_chunks where import_id = $1 returning *) select ${SUMS} from taken where done`,
    [importId],
  );
  return rows[0] as ChunkCounts;
}
