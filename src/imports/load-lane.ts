// A lane: one connection that loads an import's chunks until none is left. Lanes share nothing but the tables, so they may
// run in one process or in many; a killed one's chunk is free at once, since its lease was the transaction's lock.
import { open, type FileHandle } from "node:fs/promises";
import type pg from "pg";
import { ConcurrentChange } from "../catalog/merge.ts";
import { isTransient, retryTransient, withTransaction } from "../db/connect.ts";
import { ByteWriter } from "./byte-writer.ts";
import { createChunkScratch, type ChunkScratch } from "./chunk-rows.ts";
import { transcodedPath, uploadedPath, type ImportContext } from "./context.ts";
import { finishImport } from "./finish-import.ts";
import { layoutOf } from "./layout.ts";
import { loadChunk, type ChunkTimes, type LoadPlan } from "./load-chunk.ts";
import { isPlainText } from "./read/prepare-text.ts";
import type { Records } from "./read/records.ts";
import { createRecords, createSplitter, splitRecords } from "./read/split-records.ts";
import {
  addRejected,
  markFinishing,
  noteLoaded,
  noteStrictProgress,
  readImportWork,
  type ImportWork,
} from "./store.ts";
import { claimChunk, markChunkDone, type Chunk } from "./chunk-store.ts";
import { insertRejects } from "./reject-store.ts";
import { Problem } from "../../contract/problems.ts";
import type { Dialect, Reject } from "../../contract/imports.ts";

/** First size of a lane's output buffer: a chunk of ordinary rows. It grows where rows are longer. */
const WRITER_BYTES = 5 << 20;
/** Progress is told this often; the page shows no more. */
const PROGRESS_MS = 200;
/** Conflicts with other writers on one chunk before giving up: each means that somebody else got on. */
const MAX_CONFLICTS = 100;

/** Loads chunks until there are none, then brings the import to its end if this was the last lane. */
export async function runLane(context: ImportContext, import_id: number, signal: AbortSignal): Promise<void> {
  const work = await readImportWork(context.pool, import_id);
  if (work === undefined) return;
  if (work.state === "loading" && !work.cancel_requested) {
    try {
      await (work.options.strict ? loadStrictly(context, work, signal) : loadChunks(context, work, signal));
    } catch (error) {
      if (signal.aborted) return;
      // Not even now could the database be reached: the job is tried again, and the import goes on.
      if (isTransient(error)) throw error;
      await retryTransient(() => finishImport(context, import_id, "failed", error));
      return;
    }
  }
  if (!signal.aborted) await retryTransient(() => concludeLoading(context, import_id));
}

/** Ends an import that has no chunk left, or that somebody cancelled. */
export async function concludeLoading(context: ImportContext, import_id: number): Promise<void> {
  await markFinishing(context.pool, import_id);
  const work = await readImportWork(context.pool, import_id);
  if (work?.state === "finishing") await finishImport(context, import_id, "done");
  else if (work?.state === "loading" && work.cancel_requested) await finishImport(context, import_id, "cancelled");
}

interface Lane {
  plan: LoadPlan;
  file: FileHandle;
  records: Records;
  writer: ByteWriter;
  scratch: ChunkScratch;
  bytes: Buffer;
  /** Whether to look at products before copying; off only while none can exist. */
  look: boolean;
}

async function loadChunks(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  await withLane(context, work, async (lane) => {
    const teller = createTeller(context, work.id);
    let conflicts = 0;
    try {
      for (;;) {
        signal.throwIfAborted();
        try {
          const loaded = await retryTransient(() => loadNextChunk(context.pool, work, lane), { signal });
          if (!loaded) return;
          conflicts = 0;
          teller.tell();
        } catch (error) {
          if (!isConflict(error) || ++conflicts > MAX_CONFLICTS) throw error;
          lane.look = true;
        }
      }
    } finally {
      await teller.end();
    }
  });
}

/** Tells the sums now and then, beside the loading: a lane must not wait until they are on disk. */
function createTeller({ pool, log }: ImportContext, import_id: number): { tell(): void; end(): Promise<void> } {
  let told = -Infinity;
  let telling = Promise.resolve();
  return {
    tell() {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      telling = telling
        .then(() => noteLoaded(pool, import_id))
        .catch((error: unknown) => {
          if (!isTransient(error)) log.warn({ import_id, err: error }, "cannot tell how the import goes");
        });
    },
    end: () => telling,
  };
}

async function loadNextChunk(pool: pg.Pool, work: ImportWork, lane: Lane): Promise<boolean> {
  return withTransaction(pool, async (client) => {
    const chunk = await claimChunk(client, work.id);
    if (chunk === undefined) return false;
    await loadClaimed(client, work, lane, chunk);
    return true;
  });
}

async function loadClaimed(
  client: pg.PoolClient,
  work: ImportWork,
  lane: Lane,
  chunk: Chunk & ChunkTimes,
): Promise<Reject[]> {
  const records = await readChunk(lane, chunk, lane.plan.dialect);
  // By size alone the planner would hash the whole catalogue for every chunk; the rows come in key order and few at a time.
  await client.query("set local enable_hashjoin = off; set local enable_mergejoin = off");
  const { counts, rejects } = await loadChunk(client, lane.plan, chunk, records, lane.writer, lane.scratch, lane.look);
  await insertRejects(client, work.id, rejects);
  await markChunkDone(client, work.id, chunk.chunk_no, counts);
  return rejects;
}

async function readChunk(lane: Lane, chunk: Chunk, dialect: Dialect): Promise<Records> {
  const length = chunk.byte_end - chunk.byte_start;
  if (lane.bytes.length < length) lane.bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await lane.file.read(lane.bytes, read, length - read, chunk.byte_start + read);
    if (bytesRead === 0) throw truncatedFile();
    read += bytesRead;
  }
  splitRecords(
    createSplitter(dialect, chunk.first_line, lane.plan.layout.width === 1),
    lane.bytes,
    0,
    length,
    true,
    lane.records,
  );
  if (lane.records.count !== chunk.records) {
    throw new Error(`chunk ${chunk.chunk_no} has ${lane.records.count} records, the scan found ${chunk.records}`);
  }
  return lane.records;
}

export const truncatedFile = (): Problem =>
  new Problem("file-missing", "The uploaded file is shorter than what was received. Send it again.");

/** All or nothing: every chunk in one transaction, and a single reject takes it back. */
async function loadStrictly(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  let rejects: Reject[] = [];
  await withLane(context, work, async (lane) => {
    const attempt = () =>
      withTransaction(context.pool, async (client) => {
        // A second strict lane, sent by a worker that took this one for dead, waits here and then finds nothing to do.
        await client.query("select pg_advisory_xact_lock($1, $2)", [STRICT_LOCK, work.id % 2 ** 31]);
        rejects = [];
        for (let loaded = 0; ;) {
          signal.throwIfAborted();
          const chunk = await claimChunk(client, work.id);
          if (chunk === undefined) break;
          rejects.push(...(await loadClaimed(client, work, lane, chunk)));
          if (rejects.length > 0) throw strictProblem(rejects.length);
          loaded += chunk.records;
          await noteStrictProgress(context.pool, work.id, loaded / Math.max(work.rows, 1));
        }
        if ((await readImportWork(client, work.id))?.cancel_requested) throw new CancelledMeanwhile();
      });
    for (let conflicts = 0; ;) {
      try {
        await retryTransient(attempt, { signal });
        return;
      } catch (error) {
        if (error instanceof CancelledMeanwhile) return;
        if (rejects.length > 0) await keepRejects(context.pool, work.id, rejects);
        if (!isConflict(error) || ++conflicts > MAX_CONFLICTS) throw error;
        lane.look = true;
      }
    }
  });
}

/** What failed a strict import is told although the import itself was rolled back. */
async function keepRejects(pool: pg.Pool, import_id: number, rejects: readonly Reject[]): Promise<void> {
  await withTransaction(pool, async (client) => {
    // Another lane that waited for this one finds the same rows: they count once.
    const rejected = await insertRejects(client, import_id, rejects);
    await addRejected(client, import_id, rejected);
  });
}

/** First key of the advisory lock of strict imports; any number that nobody else uses. */
const STRICT_LOCK = 7583;

/** Rolls a strict import back that somebody cancelled. */
class CancelledMeanwhile extends Error {
  override readonly name = "CancelledMeanwhile";
}

export const strictProblem = (count: number): Problem =>
  new Problem(
    "rejected-rows",
    `${count === 1 ? "1 row is" : `${count.toLocaleString("en")} rows are`} not valid, and a strict import takes all rows or none: nothing was written. Mend what is in the list of rejects, or import without strict.`,
  );

async function withLane(context: ImportContext, work: ImportWork, run: (lane: Lane) => Promise<void>): Promise<void> {
  const { dialect, changeset_id, id_base } = work;
  if (dialect === null || changeset_id === null || id_base === null)
    throw new Error(`import ${work.id} was not scanned`);
  const file = await open(textPath(context, work.file, dialect), "r");
  try {
    await run({
      plan: { layout: layoutOf(work.columns), dialect, options: work.options, changeset_id, id_base },
      file,
      records: createRecords(),
      writer: new ByteWriter(WRITER_BYTES),
      scratch: createChunkScratch(),
      bytes: Buffer.alloc(0),
      look: !work.catalogue_was_empty,
    });
  } finally {
    await file.close();
  }
}

/** Where the UTF-8 text of an upload is. */
export const textPath = (context: ImportContext, file: string, dialect: Dialect): string =>
  isPlainText(dialect) ? uploadedPath(context, file) : transcodedPath(context, file);

/** A product appeared (23505), changed or went while the chunk was loaded: look again. */
const isConflict = (error: unknown): boolean =>
  error instanceof ConcurrentChange || (error as { code?: unknown }).code === "23505";
