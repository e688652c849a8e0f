// The SQL of chunks: the products of an operation, the atoms of its work.
import type pg from "pg";
import type { Queryable } from "../db/connect.ts";

export interface Chunk {
  chunk_no: number;
  /** products = by key; versions = (key, id, version) in the history; created = (key, id) of products that a changeset made. */
  source: "products" | "versions" | "created";
  keys: string[];
  ids: number[];
  versions: number[];
}

/** The chunks of products that were named one by one; distinct keys, in key order. */
export async function insertKeyChunks(
  db: Queryable,
  operation_id: number,
  keys: string[],
  size: number,
): Promise<void> {
  for (let chunk_no = 0; chunk_no * size < keys.length; chunk_no++) {
    await db.query(
      "insert into operation_chunks (operation_id, chunk_no, source, keys) values ($1, $2, 'products', $3)",
      [operation_id, chunk_no, keys.slice(chunk_no * size, (chunk_no + 1) * size)],
    );
  }
}

/** The next chunk that nobody works on, locked: the lock is the lease and ends with the transaction, however that ends. */
export async function claimChunk(
  client: pg.ClientBase,
  operation_id: number,
): Promise<(Chunk & { now: string }) | undefined> {
  const { rows } = await client.query<Chunk & { now: string }>(
    `select c.chunk_no, c.source, c.keys, c.ids, c.versions, now() as now
     from operation_chunks c
     where c.operation_id = $1 and not c.done
       and exists (select from operations o where o.id = $1 and o.state = 'running' and not o.cancel_requested)
     order by c.chunk_no limit 1
     for update of c skip locked`,
    [operation_id],
  );
  return rows[0];
}

export async function markChunkDone(client: pg.ClientBase, operation_id: number, chunk_no: number): Promise<void> {
  await client.query("update operation_chunks set done = true where operation_id = $1 and chunk_no = $2", [
    operation_id,
    chunk_no,
  ]);
}
