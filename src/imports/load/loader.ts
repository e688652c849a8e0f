// A lane: one connection that loads an import's chunks until none is left. Lanes share nothing but the tables, so they may
// run in one process or in many; a killed one's chunk is free at once, since its lease was the transaction's lock.
import { open, type FileHandle } from "node:fs/promises";
import type pg from "pg";
import { hasTids } from "../../catalog/bulk/merge.ts";
import { runSteps } from "../../jobs/run-steps.ts";
import { lockKeys } from "../../db/advisory-locks.ts";
import { isTransient, retryTransient, withTransaction } from "../../db/connection/connect.ts";
import { startHeartbeat } from "../../db/connection/heartbeat.ts";
import { JOIN_BY_KEY } from "../../db/planner-hints.ts";
import { beginPart, releaseParts, MAX_DEATHS, type Work } from "../../jobs/attempts.ts";
import { preparedPath, uploadedPath, type ImportContext } from "../context.ts";
import { waitUntilLoadable } from "../disk-room.ts";
import { finishImport } from "../finish-import.ts";
import {
  createLoaderMemory,
  releaseLoaderMemory,
  readChunk,
  truncatedFile,
  type ChunkSource,
  type LoaderMemory,
} from "./loader-memory.ts";
import { layoutOf } from "../layout.ts";
import { loadChunk, type ChunkTimes, type LoadPlan } from "./load-chunk.ts";
import { isPlainText } from "../read/text/prepare-text.ts";
import {
  addRejected,
  markFinishing,
  noteLoaded,
  noteStrictProgress,
  readImportWork,
  type ImportWork,
} from "../store.ts";
import { claimChunk, markChunkDone, type Chunk } from "../chunk-store.ts";
import { insertListedRejects, insertRejects } from "../rejects/store.ts";
import { diedLoading, diedLoadingStrictly, STRICT_PART } from "../recovery/worker-died.ts";
import { Problem } from "../../../contract/problems.ts";
import type { Dialect, Reject } from "../../../contract/imports/imports.ts";

/** Loads chunks until there are none, then brings the import to its end if this was the last lane. */
export async function runLoader(context: ImportContext, importId: number, signal: AbortSignal): Promise<void> {
  const work = await readImportWork(context.pool, importId);
  if (work === undefined) return;
  if (work.state === "loading" && !work.cancel_requested) {
    try {
      await (work.options.strict ? loadStrictly(context, work, signal) : loadChunks(context, work, signal));
    } catch (error) {
      if (signal.aborted) return;
      // Not even now could the database be reached: the job is tried again, and the import goes on.
      if (isTransient(error)) throw error;
      await retryTransient(() => finishImport(context, importId, "failed", error));
      return;
    }
  }
  if (!signal.aborted) await retryTransient(() => concludeLoading(context, importId));
}

/** Ends an import that has no chunk left, or that somebody cancelled. */
export async function concludeLoading(context: ImportContext, importId: number): Promise<void> {
  await markFinishing(context.pool, importId);
  const work = await readImportWork(context.pool, importId);
  if (work?.state === "finishing") await finishImport(context, importId, "done");
  else if (work?.state === "loading" && work.cancel_requested) await finishImport(context, importId, "cancelled");
}

interface Loader {
  plan: LoadPlan;
  source: ChunkSource;
  /** Made for the first chunk: of the lanes that are woken, some find none. */
  memory: LoaderMemory | undefined;
  /** Whether to look at products before copying; off only while none can exist. */
  look: boolean;
  /** Parts that this lane has begun and not committed. */
  begun: Set<number>;
}

async function loadChunks(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  await withLoader(context, work, async (loader) => {
    const { pool, log } = context;
    const loadNext = async (): Promise<boolean> => {
      await waitUntilLoadable(context, work.id, signal);
      return loadNextChunk(pool, work, loader, signal);
    };
    await runSteps(loadNext, {
      signal,
      progress: {
        report: () => noteLoaded(pool, work.id),
        onError: (err) => {
          log.warn({ import_id: work.id, err }, "cannot tell how the import goes");
        },
      },
      onConflict: () => (loader.look = true),
      limit: context.limit,
    });
  });
}

async function loadNextChunk(pool: pg.Pool, work: ImportWork, loader: Loader, signal: AbortSignal): Promise<boolean> {
  // The note of a chunk whose transaction failed would count as a death where another worker takes the chunk.
  await releaseParts(pool, { kind: "import", id: work.id }, loader.begun);
  const loaded = await withTransaction(pool, async (client) => {
    const chunk = await claimChunk(client, work.id);
    if (chunk === undefined) return undefined;
    const died = (): Problem => diedLoading(work, chunk);
    await beginUnlessDeadly(pool, client, work, loader, chunk.chunk_no, died, signal);
    await loadClaimed(client, work, loader, chunk);
    return chunk.chunk_no;
  });
  if (loaded === undefined) return false;
  loader.begun.delete(loaded);
  return true;
}

/** A part over which two workers have died is not begun a third time. */
async function beginUnlessDeadly(
  pool: pg.Pool,
  client: pg.ClientBase,
  work: ImportWork,
  loader: Loader,
  part: number,
  died: () => Problem,
  signal: AbortSignal,
): Promise<void> {
  loader.begun.add(part);
  const attempt: Work = { kind: "import", id: work.id };
  const deaths = await beginPart(pool, { client, until: "commit" }, attempt, part, signal);
  if (deaths >= MAX_DEATHS) throw died();
}

async function loadClaimed(
  client: pg.PoolClient,
  work: ImportWork,
  loader: Loader,
  chunk: Chunk & ChunkTimes,
): Promise<Reject[]> {
  const memory = (loader.memory ??= createLoaderMemory());
  const records = await readChunk(memory, chunk, loader.source);
  await client.query(JOIN_BY_KEY);
  const { counts, rejects } = await loadChunk(
    client,
    loader.plan,
    chunk,
    records,
    memory.writer,
    memory.scratch,
    loader.look,
  );
  await insertListedRejects(client, work.id, rejects);
  await markChunkDone(client, work.id, chunk.chunk_no, counts);
  return rejects;
}

/** All or nothing: every chunk in one transaction, and a single reject takes it back. */
async function loadStrictly(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  let rejects: Reject[] = [];
  await withLoader(context, work, async (loader) => {
    const attempt = () =>
      withTransaction(context.pool, async (client) => {
        // A second strict lane, sent by a worker that took this one for dead, waits here and then finds nothing to do.
        await client.query("select pg_advisory_xact_lock($1, $2)", lockKeys("strict_import", work.id));
        rejects = [];
        const died = (): Problem => diedLoadingStrictly(work);
        // All chunks are one part, begun before the first write: a transaction that waited for its turn with rows locked would
        // block the one that has the turn.
        await beginUnlessDeadly(context.pool, client, work, loader, STRICT_PART, died, signal);
        for (let loaded = 0; ;) {
          signal.throwIfAborted();
          // An idle transaction that has written would be ended as that of a vanished process.
          const stopHeartbeat = startHeartbeat(client);
          await waitUntilLoadable(context, work.id, signal).finally(stopHeartbeat);
          const chunk = await claimChunk(client, work.id);
          if (chunk === undefined) break;
          rejects.push(...(await loadClaimed(client, work, loader, chunk)));
          if (rejects.length > 0) throw strictProblem(rejects.length);
          loaded += chunk.records;
          await noteStrictProgress(context.pool, work.id, loaded / Math.max(work.rows, 1));
        }
        if ((await readImportWork(client, work.id))?.cancel_requested) throw new CancelledMeanwhile();
      });
    const attemptOrTell = async (): Promise<false> => {
      await attempt().catch(async (error: unknown) => {
        if (error instanceof CancelledMeanwhile) return;
        if (rejects.length > 0) await saveRejects(context.pool, work.id, rejects);
        throw error;
      });
      return false;
    };
    await runSteps(attemptOrTell, { signal, onConflict: () => (loader.look = true) });
  });
}

/** What failed a strict import is told although the import itself was rolled back. */
async function saveRejects(pool: pg.Pool, importId: number, rejects: readonly Reject[]): Promise<void> {
  await withTransaction(pool, async (client) => {
    // Another lane that waited for this one finds the same rows: they count once.
    const rejected = await insertRejects(client, importId, rejects);
    // A lane that was frozen and replaced must not add rows to an import that has ended meanwhile.
    if (!(await addRejected(client, importId, rejected))) throw new AlreadyOver();
  });
}

/** Rolls back what a lane found about an import that has ended. */
class AlreadyOver extends Error {
  override readonly name = "AlreadyOver";
}

/** Rolls a strict import back that somebody cancelled. */
class CancelledMeanwhile extends Error {
  override readonly name = "CancelledMeanwhile";
}

export const strictProblem = (count: number): Problem =>
  new Problem(
    "rejected-rows",
    `${count === 1 ? "1 row is" : `${count.toLocaleString("en")} rows are`} not valid, and a strict import takes all rows or none: nothing was written. Mend what is in the list of rejects, or import without strict.`,
  );

async function withLoader(
  context: ImportContext,
  work: ImportWork,
  run: (loader: Loader) => Promise<void>,
): Promise<void> {
  const { id, scan_token, dialect, changeset_id, id_base } = work;
  if (dialect === null || changeset_id === null || id_base === null) throw new Error(`import ${id} was not scanned`);
  const layout = layoutOf(work.columns);
  const usesTids = await hasTids(context.pool);
  const file = await open(textPath(context, work, dialect), "r");
  const loader: Loader = {
    plan: { layout, dialect, options: work.options, changeset_id, id_base, has_tids: usesTids },
    source: { import_id: id, scan_token, file, dialect, blank_is_record: layout.width === 1, known: context.known },
    memory: undefined,
    begun: new Set(),
    look: !work.catalogue_was_empty,
  };
  try {
    await checkSize(file, work);
    await run(loader);
    await checkSize(file, work);
    if (loader.memory !== undefined) releaseLoaderMemory(loader.memory);
  } finally {
    await file.close();
    await releaseParts(context.pool, { kind: "import", id }, loader.begun);
    // Every chunk has been taken by a lane, or none will be any more.
    context.known?.drop(id);
  }
}

/** The bytes that are loaded are those that were scanned. */
async function checkSize(file: FileHandle, { text_size }: ImportWork): Promise<void> {
  if (text_size !== null && (await file.stat()).size !== text_size) throw truncatedFile();
}

/** Where the UTF-8 text of an upload is. */
export const textPath = (context: ImportContext, work: ImportWork, dialect: Dialect): string =>
  isPlainText(dialect) ? uploadedPath(context, work.file) : preparedPath(context, work);
