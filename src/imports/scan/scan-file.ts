// Reads an import's file from its first byte to its last, writes down what it finds, and opens the loading.
import { open, stat, type FileHandle } from "node:fs/promises";
import { retryTransient } from "../../db/connection/connect.ts";
import { preparedPath, uploadedPath, type ImportContext } from "../context.ts";
import { scratchRoom } from "../disk-room.ts";
import { uploadedExtent } from "./follow-upload.ts";
import { truncatedFile } from "../load/loader-memory.ts";
import { layoutOf } from "../layout.ts";
import { strictProblem, textPath } from "../load/loader.ts";
import { openLoading } from "./start-loading.ts";
import { overridesOf } from "../overrides.ts";
import { detectText, isPlainText, prepareText } from "../read/text/prepare-text.ts";
import { openTable, readRecords, type Extent } from "../read/read-records.ts";
import { createSplitter } from "../read/splitter.ts";
import {
  deleteScanRejects,
  insertScanRejects,
  noteFaulty,
  noteFormat,
  noteScanned,
  type ScanProgress,
} from "./store.ts";
import { createScanner, type Scanner } from "./scanner.ts";
import type { ImportWork } from "../store.ts";
import { problemOfTable } from "./table-problems.ts";
import { ScanOver } from "./watch-scan.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";

/** Progress is told this often; the page shows no more. */
const PROGRESS_MS = 200;
/** Rejects written at once. */
const REJECTS_PAGE = 5000;
/** A text of more bytes has more records than can be kept. */
const MAX_KNOWN_TEXT = 200 << 20;

/** @throws ScanOver when the import is cancelled, or no longer belongs to this scan; Problem when its file cannot be imported */
export async function scanFile(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  const uploaded = uploadedPath(context, work.file);
  const extent = await uploadedExtent(context, work, signal);
  const overrides = overridesOf(work.options);
  let dialect = await detectText(uploaded, overrides);
  await fenced(() => deleteScanRejects(context.pool, work), signal);
  if (dialect === undefined || !isPlainText(dialect)) {
    while (!extent.whole) await extent.grow();
    const room = scratchRoom(context, work.id, signal);
    dialect = await prepareText(uploaded, preparedPath(context, work), overrides, signal, room);
    extent.end = (await stat(preparedPath(context, work))).size;
  }
  const file = await open(textPath(context, work, dialect), "r");
  try {
    await scanText(context, work, file, extent, dialect, signal);
  } finally {
    await file.close();
  }
}

/** Repeats a write of the scan after transient faults. */
async function fenced(write: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  if (!(await retryTransient(write, { signal, waits_for_space: true }))) throw new ScanOver();
}

async function scanText(
  context: ImportContext,
  work: ImportWork,
  file: FileHandle,
  extent: Extent,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<void> {
  const { pool } = context;
  const table = await openTable(file, dialect, signal);
  const layout = layoutOf(table.columns);
  const problem = problemOfTable(table, dialect);
  // The columns of a broken header are no columns.
  if (table.header_fault === null) await fenced(() => noteFormat(pool, work, dialect, table.columns), signal);
  if (problem !== undefined) throw problem;
  const textSize = extent.whole ? extent.end : (work.size ?? undefined);
  const { repeats } = work.options;
  const scanner = createScanner(layout, dialect, {
    repeats,
    chunk_records: context.chunk_records,
    text_size: textSize,
  });
  const splitter = createSplitter(dialect, table.first_line, table.blank_is_record);
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
  const notes = (textSize ?? 0) <= MAX_KNOWN_TEXT ? context.known?.begin(work.id, work.scan_token) : undefined;
  let told = performance.now();
  for await (const { records, offset } of readRecords(file, splitter, table.start, extent, signal)) {
    scanner.scan(records, offset);
    notes?.note(records, offset);
    await writeRejects(context, work, scanner, signal);
    const hopeless = scanner.hopeless();
    if (hopeless !== undefined) {
      await fenced(() => noteFaulty(pool, work, scanner), signal);
      throw hopeless;
    }
    // While the file still comes, its import is shown as receiving.
    if (!extent.whole || performance.now() - told < PROGRESS_MS) continue;
    told = performance.now();
    await fenced(() => noteScanned(pool, work, found(offset)), signal);
  }
  if ((await file.stat()).size !== extent.end) throw truncatedFile();
  if (work.options.strict && scanner.rejected > 0) {
    await fenced(() => noteScanned(pool, work, found(extent.end)), signal);
    throw strictProblem(scanner.rejected);
  }
  const chunks = scanner.chunks(extent.end);
  // Before the lanes begin and want memory of their own
  scanner.release();
  const open = (): Promise<void> => openLoading(context, work, found(extent.end), chunks);
  await retryTransient(open, { signal, waits_for_space: true });
}

async function writeRejects(
  context: ImportContext,
  work: ImportWork,
  scanner: Scanner,
  signal: AbortSignal,
): Promise<void> {
  const rejects = scanner.takeRejects();
  for (let i = 0; i < rejects.length; i += REJECTS_PAGE) {
    const page = rejects.slice(i, i + REJECTS_PAGE);
    await fenced(() => insertScanRejects(context.pool, work, page), signal);
  }
}
