// Scans an import's file from the first byte to the last, stores progress and rejects, and starts loading.
import { isAscii, isUtf8 } from "node:buffer";
import { open, stat, type FileHandle } from "node:fs/promises";
import { retryTransient } from "../../db/connection/connect.ts";
import { preparedPath, uploadedPath, type ImportContext } from "../context.ts";
import { hasAnyProduct } from "../../catalog/store.ts";
import { layoutOf, type Layout } from "../layout.ts";
import { findProducts } from "../match/find-products.ts";
import { createMapper, type Mapper } from "../mapping/mapper.ts";
import { planLayoutColumns } from "../mapping/plan.ts";
import { overridesOf } from "../options/overrides.ts";
import { isKeyChosen, planColumns, type PlannedColumns } from "../options/plan-columns.ts";
import { strictProblem, truncatedFile } from "../problems.ts";
import { columnShapes } from "../read/fit/column-shapes.ts";
import { createFit, fitRecords } from "../read/fit/fit-records.ts";
import { openTable, readRecords, type Extent, type Table } from "../read/read-records.ts";
import type { Records } from "../read/records.ts";
import { createSplitter } from "../read/splitter.ts";
import { detectText, detectWholeText, isPlainText, prepareText } from "../read/text/prepare-text.ts";
import type { ImportWork } from "../store.ts";
import { textPath } from "../files/text-path.ts";
import { uploadedExtent } from "./follow-upload.ts";
import { countDamagedNumbers, type DamagedNumbers } from "./rows/damaged.ts";
import { activeNotices, damagedNotices, sheetNotices, unknownNotices } from "./rows/notices.ts";
import { asUsed, type ChosenProfile } from "../../profiles/choose-profile.ts";
import { profileOfTable, ReadAgain, readsDifferently, withNamedProfile } from "./profile/profile-of-scan.ts";
import { createScanner, type Scanner } from "./scanner.ts";
import { scratchSpace } from "./scratch-space.ts";
import { startLoading } from "./start-loading.ts";
import {
  deleteScanRejects,
  insertScanRejects,
  noteFaulty,
  noteFormat,
  noteNotices,
  noteProfile,
  noteScanned,
  type ScanProgress,
} from "./store.ts";
import { noNameColumn, problemOfKey, problemOfTable } from "./table-problems.ts";
import { ScanOver } from "./watch-scan.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";

/** Interval of storing progress. The page is not updated more often. */
const PROGRESS_MS = 200;
/** Number of rejects per statement. */
const REJECTS_BATCH = 5000;
/** Maximum size in bytes of a text whose records are cached. A larger text usually has more records than the record cache can hold. */
const MAX_CACHED_TEXT = 200 << 20;

/** The values that all steps of one scan share. */
interface Run {
  context: ImportContext;
  work: ImportWork;
  signal: AbortSignal;
}

/** Scans the file and starts loading it.
 * @throws ScanOver if the import was cancelled or taken over by a newer scan; Problem if the file cannot be imported */
export async function scanFile(context: ImportContext, given: ImportWork, signal: AbortSignal): Promise<void> {
  const work = await retryTransient(() => withNamedProfile(context.pool, given), { signal });
  try {
    await scanUpload({ context, work, signal });
  } catch (error) {
    if (!(error instanceof ReadAgain)) throw error;
    await scanUpload({ context, work: error.work, signal });
  }
}

async function scanUpload(run: Run): Promise<void> {
  const { context, work, signal } = run;
  const uploaded = uploadedPath(context, work.file);
  const extent = await uploadedExtent(context, work, signal);
  const overrides = overridesOf(work.options);
  const detected = await detectText(uploaded, overrides);
  await fenced(run, () => deleteScanRejects(context.pool, work));
  if (detected !== undefined && isPlainText(detected.dialect)) {
    if ((await scanTextFile(run, extent, detected.dialect, detected.is_proven)) === "scanned") return;
    await fenced(run, () => deleteScanRejects(context.pool, work));
  }
  while (!extent.whole) await extent.grow();
  const plain = detected === undefined ? undefined : await detectWholeText(uploaded, overrides, signal);
  if (plain !== undefined && isPlainText(plain)) {
    await scanTextFile(run, extent, plain, true);
    return;
  }
  const space = scratchSpace(context, work.id, signal);
  const dialect = await prepareText(uploaded, preparedPath(context, work), overrides, signal, space);
  extent.end = (await stat(preparedPath(context, work))).size;
  await scanTextFile(run, extent, dialect, true);
}

/** @param isProven whether the text is known to be UTF-8. If not, the scan ends with "not UTF-8" at the first window that is not, before
 * it has scanned a record of that window */
async function scanTextFile(
  run: Run,
  extent: Extent,
  dialect: Dialect,
  isProven: boolean,
): Promise<"scanned" | "not UTF-8"> {
  const file = await open(textPath(run.context, run.work, dialect), "r");
  try {
    return await scanText(run, file, extent, { dialect, is_proven: isProven });
  } finally {
    await file.close();
  }
}

/** Runs `write`, a database write of this scan, and repeats it after transient errors.
 * @throws ScanOver if `write` returns false because the import no longer belongs to this scan */
async function fenced({ signal }: Run, write: () => Promise<boolean>): Promise<void> {
  if (!(await retryTransient(write, { signal, waits_for_space: true }))) throw new ScanOver();
}

async function scanText(
  given: Run,
  file: FileHandle,
  extent: Extent,
  { dialect, is_proven }: { dialect: Dialect; is_proven: boolean },
): Promise<"scanned" | "not UTF-8"> {
  const proof = { is_proven };
  const { run, table, question } = await judgeTable(given, file, dialect);
  const { context, work, signal } = run;
  const { pool } = context;
  const layout = layoutOf(planLayoutColumns(table.columns, table.plan));
  const mapper = table.plan === null ? undefined : createMapper(table.plan, dialect);
  const problem = problemOfTable(table, dialect, isKeyChosen(work.options));
  // If the header has a fault, its columns are meaningless, so do not store them.
  if (table.header_fault === null) await fenced(run, () => noteFormat(pool, work, dialect, table));
  if (problem !== undefined) throw problem;
  if (question !== undefined) throw question;
  const textSize = extent.whole ? extent.end : (work.size ?? undefined);
  const scanner = createScanner(layout, dialect, {
    repeats: work.options.repeats,
    header: table.header,
    sample: table.rows,
    chunk_records: context.chunk_records,
    text_size: textSize,
  });
  const splitter = createSplitter(dialect, table.first_line, table.blank_is_record);
  const progressAt = (scanned: number): ScanProgress => ({
    scanned,
    text_size: extent.end,
    lines: splitter.line - 1,
    rows: scanner.rows,
    superseded: scanner.superseded,
    rejected: scanner.rejected,
    ignored: scanner.ignored,
  });
  const cache = (textSize ?? 0) <= MAX_CACHED_TEXT ? context.record_cache?.begin(work.id, work.scan_token) : undefined;
  const fit = createFit(layout.file_width, dialect, columnShapes(table.rows, table.columns));
  const damaged = countDamagedNumbers(layout.sku);
  let notedAt = performance.now();
  for await (const { records, offset } of readRecords(file, splitter, table.start, extent, signal)) {
    if (isRefuted(proof, records)) return "not UTF-8";
    for (const fitted of fitRecords(records, fit)) {
      const mapped = mapper?.map(fitted, undefined, "scan");
      scanner.scan(mapped?.records ?? fitted, offset, mapped);
      damaged.add(fitted);
      cache?.put(fitted, offset);
    }
    await saveRejects(run, scanner);
    const tooManyRejects = scanner.tooManyRejects();
    if (tooManyRejects !== undefined) {
      await fenced(run, () => noteFaulty(pool, work, scanner));
      throw tooManyRejects;
    }
    // While the file is still being received, the import shows the progress of the upload.
    if (!extent.whole || performance.now() - notedAt < PROGRESS_MS) continue;
    notedAt = performance.now();
    await fenced(run, () => noteScanned(pool, work, progressAt(offset)));
  }
  if ((await file.stat()).size !== extent.end) throw truncatedFile();
  await endScan(run, { table, layout, scanner, mapper, damaged, textEnd: extent.end, found: progressAt(extent.end) });
  return "scanned";
}

/** Reads the header, and decides which profile the import uses and what its columns become. */
async function judgeTable(
  given: Run,
  file: FileHandle,
  dialect: Dialect,
): Promise<{ run: Run; table: JudgedTable; question: Problem | undefined }> {
  const { context, work, signal } = given;
  const found = await openTable(file, dialect, signal, overridesOf(work.options));
  const chosen = await retryTransient(() => profileOfTable(context.pool, work, found), { signal });
  const run = await withProfile(given, chosen, dialect);
  const planned = planColumns(found, run.work.options);
  const sheets = sheetNotices(dialect, overridesOf(run.work.options));
  const table = { ...found, ...planned, notices: [...chosen.notices, ...planned.notices, ...sheets] };
  return { run, table, question: chosen.question };
}

/** Stores the profile that was chosen.
 * @throws ReadAgain if a profile that was just selected reads the file in another way */
async function withProfile(run: Run, { profile, options }: ChosenProfile, dialect: Dialect): Promise<Run> {
  if (profile === null) return run;
  const work = { ...run.work, options, profile: asUsed(profile) };
  await fenced(run, () => noteProfile(run.context.pool, work, work));
  if (run.work.profile === null && readsDifferently(options, dialect)) throw new ReadAgain(work);
  return { ...run, work };
}

/** A scan that has read the whole file. */
interface CompleteScan {
  table: JudgedTable;
  layout: Layout;
  scanner: Scanner;
  mapper: Mapper | undefined;
  damaged: DamagedNumbers;
  textEnd: number;
  found: ScanProgress;
}

type JudgedTable = Omit<Table, "columns"> & PlannedColumns;

/** Starts loading. @throws Problem if the whole file raises a question, or if a strict import has rejected rows */
async function endScan(run: Run, scan: CompleteScan): Promise<void> {
  const { context, work, signal } = run;
  const { pool } = context;
  const { strict } = work.options;
  const { table, layout, scanner, mapper, damaged, textEnd, found } = scan;
  const question =
    mapper?.notes.question(table.plan?.names ?? []) ?? (await questionOfScan(run, table, layout, scanner));
  const problem = question ?? (strict && scanner.rejected > 0 ? strictProblem(scanner.rejected) : undefined);
  if (problem !== undefined) {
    await fenced(run, () => noteScanned(pool, work, found));
    throw problem;
  }
  const match = work.options.mapping?.match;
  if (match !== undefined)
    await fenced(run, () => findProducts(context, work, match, (key) => scanner.hasKey(key), signal));
  const chunks = scanner.chunks(textEnd);
  // Free the memory of the keys before the loaders allocate theirs.
  scanner.release();
  const notices = [
    ...table.notices,
    ...(table.plan === null ? activeNotices(table) : []),
    ...damagedNotices(layout, damaged),
    ...unknownNotices(layout, mapper?.notes.unknown ?? []),
  ];
  if (notices.length > 0) await fenced(run, () => noteNotices(pool, work, notices));
  const start = (): Promise<void> => startLoading(context, work, found, chunks);
  await retryTransient(start, { signal, waits_for_space: true });
}

/** Whether the records of a window show that the text is not UTF-8. The first window with a character other than ASCII proves or
 * refutes that the text is UTF-8. */
function isRefuted(proof: { is_proven: boolean }, { bytes, count, start, end }: Records): boolean {
  if (proof.is_proven || count === 0) return false;
  const text = bytes.subarray(start[0], end[count - 1]);
  if (isAscii(text)) return false;
  proof.is_proven = isUtf8(text);
  return !proof.is_proven;
}

/** Returns a question that only the whole file raises: whether another column is the key, or which column contains the names of
 * products that do not exist yet. */
async function questionOfScan(
  { context, work }: Run,
  table: JudgedTable,
  { name }: Layout,
  scanner: Scanner,
): Promise<Problem | undefined> {
  const question = isKeyChosen(work.options) ? undefined : problemOfKey(table, scanner.key_figures);
  const { mode, mapping } = work.options;
  // With `match`, the keys are not SKUs. The import changes products, and rows that would create one are rejected.
  const isMatched = mapping?.match !== undefined;
  if (question !== undefined || name >= 0 || mode === "update" || isMatched) return question;
  if (scanner.first_keys.length === 0) return undefined;
  const canUpdate = mode !== "create" && (await hasAnyProduct(context.pool, scanner.first_keys));
  return canUpdate ? undefined : noNameColumn(table);
}

async function saveRejects(run: Run, scanner: Scanner): Promise<void> {
  const rejects = [...scanner.takeRejects(), ...scanner.takeIgnored()];
  for (let i = 0; i < rejects.length; i += REJECTS_BATCH) {
    const batch = rejects.slice(i, i + REJECTS_BATCH);
    await fenced(run, () => insertScanRejects(run.context.pool, run.work, batch));
  }
}
