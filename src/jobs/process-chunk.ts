// The steps that loaders and executors share: claim a chunk, record the attempt, process the chunk, commit.
import type pg from "pg";
import { withTransaction } from "../db/connection/connect.ts";
import type { Problem } from "../../contract/problems.ts";
import { beginPart, MAX_DEATHS, releaseParts, type Work } from "./attempts.ts";
import { CancelledMeanwhile } from "./cancelled.ts";

/** The chunks that one loader or executor tries to process. */
export interface Attempts {
  pool: pg.Pool;
  work: Work;
  /** Numbers of the chunks that the loader or executor has begun but not committed. A strict load has a number of its own. */
  begun: Set<number>;
  signal: AbortSignal;
  /** Gives a sign of life. Returns false if the work was cancelled or has ended. */
  noteAlive: () => Promise<boolean>;
}

/** Records that this process begins the part: a chunk or a strict load.
 * @throws the Problem `died` if two workers have died while processing the part, or CancelledMeanwhile if the work was cancelled */
export async function beginAttempt(
  { pool, work, begun, signal, noteAlive }: Attempts,
  client: pg.ClientBase,
  part: number,
  died: () => Problem,
): Promise<void> {
  begun.add(part);
  const onWait = async (): Promise<void> => {
    if (!(await noteAlive())) throw new CancelledMeanwhile();
  };
  const deaths = await beginPart(pool, { client, until: "commit", onWait }, work, part, signal);
  if (deaths >= MAX_DEATHS) throw died();
}

export interface ChunkSteps<Chunk extends { chunk_no: number }> {
  claim: (client: pg.PoolClient) => Promise<Chunk | undefined>;
  process: (client: pg.PoolClient, chunk: Chunk) => Promise<unknown>;
  /** The problem of a chunk during which two workers have died. */
  died: (chunk: Chunk) => Problem;
}

/** Processes the next chunk in a transaction.
 * @returns false when no chunk is left for this process, or the work was cancelled */
export async function processNextChunk<Chunk extends { chunk_no: number }>(
  attempts: Attempts,
  { claim, process, died }: ChunkSteps<Chunk>,
): Promise<boolean> {
  const { pool, work, begun } = attempts;
  // If this process's previous transaction failed, another worker may take the chunk. If the attempt record that this process has stored
  // for the chunk still exists then, the other worker assumes that this process died while processing it. Therefore, delete the record.
  await releaseParts(pool, work, begun);
  try {
    const committed = await withTransaction(pool, async (client) => {
      const chunk = await claim(client);
      if (chunk === undefined) return undefined;
      await beginAttempt(attempts, client, chunk.chunk_no, () => died(chunk));
      await process(client, chunk);
      return chunk.chunk_no;
    });
    if (committed === undefined) return false;
    begun.delete(committed);
    return true;
  } catch (error) {
    if (error instanceof CancelledMeanwhile) return false;
    throw error;
  }
}
