// A loader's open file, memory and plan, and the steps that ordinary and strict loading share.
import type pg from "pg";
import { hasTids } from "../../catalog/bulk/merge.ts";
import { JOIN_BY_KEY } from "../../db/planner-hints.ts";
import { releaseParts, type Work } from "../../jobs/attempts.ts";
import type { Attempts } from "../../jobs/process-chunk.ts";
import { markChunkDone, type Chunk } from "../chunk-store.ts";
import { productsPath, type ImportContext } from "../context.ts";
import { layoutOf } from "../layout.ts";
import { createMapper, type Mapper } from "../mapping/mapper.ts";
import { planLayoutColumns } from "../mapping/plan.ts";
import { truncatedFile } from "../problems.ts";
import { isBlankRecord } from "../read/read-records.ts";
import { withSources } from "../rejects/product-rejects.ts";
import { withTreeSources } from "../rejects/tree-sources.ts";
import { insertListedRejects } from "../rejects/store.ts";
import { PRODUCTS_DIALECT, restoreOrigins } from "../shape/products-text.ts";
import { isShapedPlan } from "../shape/record-judge.ts";
import { readPlan, type ImportWork } from "../store.ts";
import { textPath } from "../files/text-path.ts";
import type { Records } from "../read/records.ts";
import type { OpenedFile } from "../read/text/text-file.ts";
import { noteAlive } from "../files/wait-store.ts";
import { loadChunk, type ChunkTimes, type LoadPlan } from "./load-chunk.ts";
import {
  createLoaderMemory,
  readChunk,
  releaseLoaderMemory,
  type ChunkSource,
  type LoaderMemory,
} from "./loader-memory.ts";
import { completeOptions, type Reject } from "../../../contract/imports/imports.ts";

export interface Loader {
  context: Pick<ImportContext, "store">;
  work: ImportWork;
  attempts: Attempts;
  plan: LoadPlan;
  source: ChunkSource;
  /** Computes the values of the import's mapping; undefined if columns are only copied. */
  mapper: Mapper | undefined;
  /** The path of the file's text, if products were formed from its rows. */
  formed_from: string | undefined;
  /** Allocated when the loader claims its first chunk, because some of the loaders that are started find no chunk. */
  memory: LoaderMemory | undefined;
  /** Whether to compare rows with existing products before copying them. False only while no product can exist. */
  compare: boolean;
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
  const plan = await readPlan(pool, id);
  const isFormed = isShapedPlan(plan);
  const layout = layoutOf(planLayoutColumns(work.columns, plan));
  // Create the mapper before the file is opened, because the mapper throws if another version of Skuport has compiled the plan.
  const mapper = plan === null || isFormed ? undefined : createMapper(plan, dialect);
  const usesTids = await hasTids(pool);
  const sourcePath = textPath(context, work, dialect);
  const file = await context.store.open(isFormed ? productsPath(context, work) : sourcePath);
  const attempt: Work = { kind: "import", id };
  const begun = new Set<number>();
  const loader: Loader = {
    context,
    work,
    attempts: { pool, work: attempt, begun, signal, noteAlive: () => noteAlive(pool, id) },
    plan: {
      layout,
      dialect: isFormed ? PRODUCTS_DIALECT : dialect,
      options: completeOptions(work.options),
      changeset_id,
      id_base,
      match: matchOf(work),
      has_tids: usesTids,
    },
    source: {
      import_id: id,
      scan_token,
      file,
      dialect: isFormed ? PRODUCTS_DIALECT : dialect,
      width: layout.file_width,
      blank_is_record: isBlankRecord(layout.file_width, dialect),
      record_cache,
    },
    mapper,
    formed_from: isFormed ? sourcePath : undefined,
    memory: undefined,
    compare: !work.catalogue_was_empty,
  };
  try {
    await checkSize(file, work);
    await run(loader);
    await checkSize(file, work);
    if (loader.memory !== undefined) releaseLoaderMemory(loader.memory);
  } finally {
    await file.close();
    await releaseParts(pool, attempt, begun);
    // No loader needs the cached records any more: all chunks have been claimed, or the import has failed.
    record_cache?.drop(id);
  }
}

function matchOf(work: ImportWork): LoadPlan["match"] {
  const rule = work.options.mapping?.match;
  return rule === undefined ? null : { rule, scan: work };
}

/** Ensures that the loader reads the same bytes as the scan. */
async function checkSize(file: OpenedFile, { text_size }: ImportWork): Promise<void> {
  if (text_size !== null && (await file.stat()).size !== text_size) throw truncatedFile();
}

/** Loads a chunk that `client` has claimed, and returns the rejected rows. */
export async function loadClaimed(
  loader: Loader,
  client: pg.PoolClient,
  chunk: Chunk & ChunkTimes,
): Promise<readonly Reject[]> {
  const { work, plan, source, mapper, compare, formed_from } = loader;
  const memory = (loader.memory ??= createLoaderMemory());
  const read = await readChunk(memory, chunk, source);
  const records = mapper === undefined ? read : mapRecords(mapper, read, chunk);
  if (formed_from !== undefined) restoreOrigins(records, plan.layout);
  await client.query(JOIN_BY_KEY);
  const { writer, scratch } = memory;
  const { counts, rejects: found } = await loadChunk(client, plan, chunk, { records, writer, scratch, compare });
  const rejects = found.length === 0 ? found : await sourced(loader, found);
  await insertListedRejects(client, work.id, rejects);
  await markChunkDone(client, work.id, chunk.chunk_no, counts);
  return rejects;
}

/** Returns the rejects with the records of the file from which their products were formed or converted. */
async function sourced(
  { context, work, plan, formed_from }: Loader,
  rejects: readonly Reject[],
): Promise<readonly Reject[]> {
  const found =
    formed_from === undefined ? rejects : await formedFrom(await context.store.open(formed_from), rejects, plan);
  return work.dialect === null ? found : withTreeSources(found, context, work, work.dialect);
}

async function formedFrom(file: OpenedFile, rejects: readonly Reject[], { layout }: LoadPlan): Promise<Reject[]> {
  try {
    return await withSources(rejects, layout, file);
  } finally {
    await file.close();
  }
}

/**
 * Returns the records with their computed values. A fault is an internal error, because the scan has rejected all rows with faulty values.
 */
function mapRecords(mapper: Mapper, read: Records, { skip, first_row }: Chunk): Records {
  const { records, faults } = mapper.map(read, skip);
  const [first] = faults;
  if (first === undefined) return records;
  const [r, { text, expected }] = first;
  throw new Error(`row ${first_row + r} was not rejected by the scan, but "${text}" is not ${expected}`);
}
