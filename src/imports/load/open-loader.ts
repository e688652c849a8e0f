// A loader's open file, memory and plan, and the steps that ordinary and strict loading share.
import { open, type FileHandle } from "node:fs/promises";
import type pg from "pg";
import { hasTids } from "../../catalog/bulk/merge.ts";
import { JOIN_BY_KEY } from "../../db/planner-hints.ts";
import { beginPart, MAX_DEATHS, releaseParts } from "../../jobs/attempts.ts";
import { markChunkDone, type Chunk } from "../chunk-store.ts";
import { textPath, type ImportContext } from "../context.ts";
import { layoutOf } from "../layout.ts";
import { truncatedFile } from "../problems.ts";
import { insertListedRejects } from "../rejects/store.ts";
import type { ImportWork } from "../store.ts";
import { noteAlive } from "../wait-store.ts";
import { loadChunk, type ChunkTimes, type LoadPlan } from "./load-chunk.ts";
import {
  createLoaderMemory,
  readChunk,
  releaseLoaderMemory,
  type ChunkSource,
  type LoaderMemory,
} from "./loader-memory.ts";
import type { Reject } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";

export interface Loader {
  pool: pg.Pool;
  work: ImportWork;
  signal: AbortSignal;
  plan: LoadPlan;
  source: ChunkSource;
  /** Allocated for the first chunk, because some of the loaders that are woken find none. */
  memory: LoaderMemory | undefined;
  /** Whether to compare rows with existing products before copying them. False only while no product can exist. */
  compare: boolean;
  /** Parts that this loader has begun and not committed. */
  begun: Set<number>;
}

/** Rolls back the transaction of an import that was cancelled or ended meanwhile. */
export class CancelledMeanwhile extends Error {
  override readonly name = "CancelledMeanwhile";
}

export async function withLoader(
  context: ImportContext,
  work: ImportWork,
  signal: AbortSignal,
  run: (loader: Loader) => Promise<void>,
): Promise<void> {
  const { id, scan_token, dialect, changeset_id, id_base } = work;
  if (dialect === null || changeset_id === null || id_base === null) throw new Error(`import ${id} was not scanned`);
  const { pool, record_cache } = context;
  const layout = layoutOf(work.columns);
  const usesTids = await hasTids(pool);
  const file = await open(textPath(context, work, dialect), "r");
  const loader: Loader = {
    pool,
    work,
    signal,
    plan: { layout, dialect, options: work.options, changeset_id, id_base, has_tids: usesTids },
    source: { import_id: id, scan_token, file, dialect, blank_is_record: layout.width === 1, record_cache },
    memory: undefined,
    compare: !work.catalogue_was_empty,
    begun: new Set(),
  };
  try {
    await checkSize(file, work);
    await run(loader);
    await checkSize(file, work);
    if (loader.memory !== undefined) releaseLoaderMemory(loader.memory);
  } finally {
    await file.close();
    await releaseParts(pool, { kind: "import", id }, loader.begun);
    // Loaders have taken all chunks, or the import has failed.
    record_cache?.drop(id);
  }
}

/** Ensures that the loader reads the same bytes as the scan. */
async function checkSize(file: FileHandle, { text_size }: ImportWork): Promise<void> {
  if (text_size !== null && (await file.stat()).size !== text_size) throw truncatedFile();
}

/** Notes that this process begins the part.
 * @throws the Problem `died` when two workers have died over the part */
export async function beginAttempt(
  { pool, work, signal, begun }: Loader,
  client: pg.ClientBase,
  part: number,
  died: () => Problem,
): Promise<void> {
  begun.add(part);
  const onWait = async (): Promise<void> => {
    if (!(await noteAlive(pool, work.id))) throw new CancelledMeanwhile();
  };
  const turn = { client, until: "commit", onWait } as const;
  const deaths = await beginPart(pool, turn, { kind: "import", id: work.id }, part, signal);
  if (deaths >= MAX_DEATHS) throw died();
}

/** Loads a chunk that `client` has claimed, and returns the rejected rows. */
export async function loadClaimed(loader: Loader, client: pg.PoolClient, chunk: Chunk & ChunkTimes): Promise<Reject[]> {
  const { work, plan, source, compare } = loader;
  const memory = (loader.memory ??= createLoaderMemory());
  const records = await readChunk(memory, chunk, source);
  await client.query(JOIN_BY_KEY);
  const { writer, scratch } = memory;
  const { counts, rejects } = await loadChunk(client, plan, chunk, { records, writer, scratch, compare });
  await insertListedRejects(client, work.id, rejects);
  await markChunkDone(client, work.id, chunk.chunk_no, counts);
  return rejects;
}
