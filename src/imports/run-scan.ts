// The scan of one import: reads the file once, writes down what it found, and opens the loading in one transaction.
import { open, stat, type FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { isCatalogueEmpty, takeProductIds } from "../catalog/store.ts";
import { insertChangeset } from "../changesets/store.ts";
import { isTransient, retryTransient, withTransaction } from "../db/connect.ts";
import { transcodedPath, uploadedPath, type ImportContext } from "./context.ts";
import { emitImport } from "./emit-import.ts";
import { finishImport } from "./finish-import.ts";
import { truncatedFile } from "./lane-memory.ts";
import { layoutOf } from "./layout.ts";
import { concludeLoading, strictProblem, textPath } from "./load-lane.ts";
import { overridesOf, prepareUnlessCancelled } from "./prepare-upload.ts";
import { detectText, isPlainText } from "./read/prepare-text.ts";
import { openTable, readRecords, wholeExtent, type Extent } from "./read/read-records.ts";
import { createSplitter } from "./read/split-records.ts";
import { createScanner, type Scanner } from "./scan.ts";
import { markLoading, noteFormat, noteScanned, readImportWork, type ImportWork, type ScanProgress } from "./store.ts";
import { insertChunks, type Chunk } from "./chunk-store.ts";
import { deleteRejects, insertRejects } from "./reject-store.ts";
import { problemOfTable } from "./table-problems.ts";
import type { Dialect } from "../../contract/imports.ts";

/** Progress is told this often; the page shows no more. */
const PROGRESS_MS = 200;
/** Rejects written at once. */
const REJECTS_PAGE = 1000;
/** Chunks written at once: their bitmaps are 2 kB each. */
const CHUNKS_PAGE = 500;
/** A text of more bytes has more records than can be kept. */
const MAX_KNOWN_TEXT = 200 << 20;
/** First key of the advisory lock that one scan of an import holds. */
const SCAN_LOCK = 7582;

/** Scans an import that waits for it, and wakes the lanes. Does nothing when another worker scans it. */
export async function runScan(context: ImportContext, import_id: number, signal: AbortSignal): Promise<void> {
  const lock = await context.pool.connect();
  let broken = false;
  try {
    if (!(await tryLock(lock, import_id))) return;
    await scanOrFail(context, import_id, signal);
    await lock.query("select pg_advisory_unlock($1, $2)", [SCAN_LOCK, import_id % 2 ** 31]);
  } catch (error) {
    broken = true;
    throw error;
  } finally {
    // A connection that may still hold the lock must not go back to the pool.
    lock.release(broken);
  }
}

async function tryLock(client: pg.ClientBase, import_id: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>("select pg_try_advisory_lock($1, $2) as locked", [
    SCAN_LOCK,
    import_id % 2 ** 31,
  ]);
  return rows[0]?.locked === true;
}

async function scanOrFail(context: ImportContext, import_id: number, signal: AbortSignal): Promise<void> {
  const work = await readImportWork(context.pool, import_id);
  if (work?.state === "finishing") await finishImport(context, import_id, "done");
  if (work?.state !== "scanning" && work?.state !== "receiving") return;
  try {
    const scanned = await scan(context, work, signal);
    if (!scanned) context.known?.drop(import_id);
    // Not scanned any more, it was cancelled; or its loading was opened by a commit whose answer was lost with the connection.
    if (!scanned && (await readImportWork(context.pool, import_id))?.cancel_requested === true)
      await finishImport(context, import_id, "cancelled");
    // Where there is no chunk to load, there is no lane that would end the import.
    else await concludeLoading(context, import_id);
  } catch (error) {
    context.known?.drop(import_id);
    // The upload is too slow to follow, or has ended: its completion sends another job, its failure none.
    if (signal.aborted || error instanceof NothingToFollow) return;
    // A database that is gone for a moment is the job's retry; everything else is the file's or ours, and final.
    if (isTransient(error)) throw error;
    await retryTransient(() => finishImport(context, import_id, "failed", error), { signal });
  }
}

/** @returns false when the import was cancelled */
async function scan(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<boolean> {
  const uploaded = uploadedPath(context, work.file);
  const extent = await uploadedExtent(context, work, signal);
  const overrides = overridesOf(work.options);
  let dialect = await detectText(uploaded, overrides);
  await retryTransient(() => deleteRejects(context.pool, work.id), { signal });
  if (dialect === undefined || !isPlainText(dialect)) {
    while (!extent.whole) await extent.grow();
    dialect = await prepareUnlessCancelled(context, work, overrides, signal);
    if (dialect === undefined) return false;
    extent.end = (await stat(transcodedPath(context, work.file))).size;
  }
  const file = await open(textPath(context, work.file, dialect), "r");
  try {
    return await scanText(context, work, file, extent, dialect, signal);
  } finally {
    await file.close();
  }
}

async function scanText(
  context: ImportContext,
  work: ImportWork,
  file: FileHandle,
  extent: Extent,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<boolean> {
  const table = await openTable(file, dialect);
  const layout = layoutOf(table.columns);
  const problem = problemOfTable(table, dialect);
  // The columns of a broken header are no columns.
  if (table.header_fault === null)
    await retryTransient(() => noteFormat(context.pool, work.id, dialect, table.columns), { signal });
  if (problem !== undefined) throw problem;
  const text_size = extent.whole ? extent.end : (work.size ?? undefined);
  const { repeats } = work.options;
  const scanner = createScanner(layout, dialect, { repeats, chunk_records: context.chunk_records, text_size });
  const splitter = createSplitter(dialect, table.first_line, table.keep_blank);
  const found = (scanned: number): ScanProgress => ({
    dialect,
    columns: table.columns,
    scanned,
    text_size: extent.end,
    lines: splitter.line - 1,
    rows: scanner.rows,
    superseded: scanner.superseded,
    rejected: scanner.rejected,
  });
  const notes = (text_size ?? 0) <= MAX_KNOWN_TEXT ? context.known?.begin(work.id) : undefined;
  let told = performance.now();
  for await (const { records, offset } of readRecords(file, splitter, table.start, extent, signal)) {
    scanner.scan(records, offset);
    notes?.note(records, offset);
    await writeRejects(context, work.id, scanner, signal);
    // While the file still comes, its import is shown as receiving.
    if (!extent.whole || performance.now() - told < PROGRESS_MS) continue;
    told = performance.now();
    if (!(await retryTransient(() => noteScanned(context.pool, work.id, found(offset)), { signal }))) return false;
  }
  if (work.options.strict && scanner.rejected > 0) {
    await noteScanned(context.pool, work.id, found(extent.end));
    throw strictProblem(scanner.rejected);
  }
  const chunks = scanner.chunks(extent.end);
  // Before the lanes begin and want memory of their own
  scanner.release();
  return retryTransient(() => openLoading(context, work, found(extent.end), chunks), { signal });
}

/** There is nothing to scan yet or any more. */
class NothingToFollow extends Error {
  override readonly name = "NothingToFollow";
}

/** An upload that is followed is looked at this often, and let go when it stands still for so long: a scan of a slow one
 * would only hold a place that others need. */
const FOLLOW_POLL_MS = 10;
const FOLLOW_PATIENCE_MS = 2000;

/** The bytes of the upload: all of them, or those that have come while it is being received. Following it hides the scan
 * behind the upload. */
async function uploadedExtent(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<Extent> {
  const path = uploadedPath(context, work.file);
  const { size } = await stat(path);
  if (work.state === "scanning") {
    if (size !== work.received) throw truncatedFile();
    return wholeExtent(size);
  }
  let grown = performance.now();
  const extent: Extent = {
    end: size,
    whole: false,
    async grow() {
      signal.throwIfAborted();
      const now = (await stat(path)).size;
      if (now > extent.end) {
        extent.end = now;
        grown = performance.now();
        return;
      }
      const { state, received, cancel_requested } = (await readImportWork(context.pool, work.id)) ?? {
        state: "failed",
      };
      if (state === "scanning" && received === now) {
        extent.whole = true;
        return;
      }
      if (state !== "receiving" || cancel_requested || performance.now() - grown > FOLLOW_PATIENCE_MS)
        throw new NothingToFollow();
      await sleep(FOLLOW_POLL_MS);
    },
  };
  return extent;
}

async function openLoading(
  context: ImportContext,
  work: ImportWork,
  found: ScanProgress,
  chunks: Chunk[],
): Promise<boolean> {
  return withTransaction(context.pool, async (client) => {
    await client.query("delete from import_chunks where import_id = $1", [work.id]);
    for (let i = 0; i < chunks.length; i += CHUNKS_PAGE)
      await insertChunks(client, work.id, chunks.slice(i, i + CHUNKS_PAGE));
    const count = found.rows + 1;
    const id_base = await takeProductIds(client, count);
    const changeset_id = await insertChangeset(client, {
      kind: "import",
      actor: work.actor,
      ids: { base: id_base, count },
    });
    const catalogue_was_empty = await isCatalogueEmpty(client);
    const opened = await markLoading(client, work.id, found, { changeset_id, id_base, catalogue_was_empty });
    if (!opened) throw new CancelledMeanwhile();
    await emitImport(client, work.id, "import.started");
    await context.sendLanes(client, work.id, Math.min(lanesOf(context, work), chunks.length));
    return true;
  }).catch((error: unknown) => {
    if (error instanceof CancelledMeanwhile) return false;
    throw error;
  });
}

class CancelledMeanwhile extends Error {
  override readonly name = "CancelledMeanwhile";
}

/** Other workers may take part, so more lanes are sent than this one has; those that find no chunk end at once. */
const lanesOf = (context: ImportContext, work: ImportWork): number => (work.options.strict ? 1 : context.lanes * 2);

async function writeRejects(
  context: ImportContext,
  import_id: number,
  scanner: Scanner,
  signal: AbortSignal,
): Promise<void> {
  const rejects = scanner.takeRejects();
  for (let i = 0; i < rejects.length; i += REJECTS_PAGE) {
    const page = rejects.slice(i, i + REJECTS_PAGE);
    await retryTransient(() => insertRejects(context.pool, import_id, page), { signal });
  }
}
