// Scans an import's file from the first byte to the last, stores progress and rejects, and starts loading.
import { isAscii, isUtf8 } from "node:buffer";
import { open, stat, type FileHandle } from "node:fs/promises";
import { retryTransient } from "../../db/connection/connect.ts";
import { preparedPath, uploadedPath, type ImportContext } from "../context.ts";
import { judgeMember } from "../options/judge-member.ts";
import { overridesOf, withMembers } from "../options/overrides.ts";
import { optionsForFile } from "../options/rejects-file.ts";
import { isKeyChosen } from "../options/plan-columns.ts";
import { truncatedFile } from "../problems.ts";
import { readRecords, type Extent } from "../read/read-records.ts";
import type { Records } from "../read/records.ts";
import { createSplitter } from "../read/splitter.ts";
import {
  detectText,
  detectWholeText,
  isPlainText,
  prepareGrowingText,
  prepareText,
} from "../read/text/prepare-text.ts";
import { readKnownProfiles } from "../../profiles/known-profiles.ts";
import type { ImportWork } from "../store.ts";
import { isShapedPlan } from "../shape/record-judge.ts";
import { textPath } from "../files/text-path.ts";
import { endScan } from "./review/end-scan.ts";
import { NothingToFollow, uploadedExtent } from "./follow-upload.ts";
import { judgeTable } from "./profile/judge-table.ts";
import { COMPARED_KEYS } from "./review/count-known-keys.ts";
import { mayNeedReview } from "./review/review.ts";
import { ActiveIsUnfit, judgesActive, withoutUnfit } from "./review/unfit-active.ts";
import { createRowScan, type RowScan, type RowScanRules } from "./rows/row-scan.ts";
import { scanShaped } from "./shaped/scan-shaped.ts";
import { ReadAgain, withNamedProfile } from "./profile/profile-of-scan.ts";
import { fenced, type Run } from "./scan-run.ts";
import { saveRejects } from "./save-rejects.ts";
import { scratchSpace } from "./scratch-space.ts";
import { deleteScanRejects, noteFaulty, noteFormat, noteScanned, type ScanProgress } from "./store.ts";
import { problemOfTable } from "./table-problems.ts";
import { completeOptions, type Dialect } from "../../../contract/imports/imports.ts";

/** Minimum time between two updates of the stored progress. The page does not show progress more often. */
const PROGRESS_MS = 200;

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

async function scanUpload(given: Run): Promise<void> {
  const { context, signal, work } = given;
  const { store } = context;
  // Only the bytes in a folder are readable before the upload is complete.
  if (!store.is_local && work.state === "receiving") throw new NothingToFollow();
  const checkSpace = scratchSpace(context, work.id, signal);
  const copied = await store.copyUpload(work.file, work.received, { signal, checkSpace });
  try {
    await scanReadable(given, copied?.extent ?? (await uploadedExtent(context, work, signal)));
  } finally {
    await copied?.stop();
  }
}

/** @param extent how much of the uploaded file is readable */
async function scanReadable(given: Run, extent: Extent): Promise<void> {
  const { context, signal } = given;
  const uploaded = uploadedPath(context, given.work.file);
  const work = { ...given.work, options: await optionsForFile(given.work.options, uploaded) };
  const run = { ...given, work };
  const overrides = overridesOf(work.options);
  const detected = await detectText(uploaded, overrides);
  await fenced(run, () => deleteScanRejects(context.pool, work));
  if (detected !== undefined && isPlainText(detected.dialect)) {
    if ((await scanTextFile(run, extent, detected.dialect, detected.is_proven)) === "scanned") return;
    await fenced(run, () => deleteScanRejects(context.pool, work));
  }
  const space = scratchSpace(context, work.id, signal);
  const prepared = preparedPath(context, work);
  const growing =
    detected !== undefined || extent.whole
      ? undefined
      : await prepareGrowingText({ path: uploaded, extent }, prepared, overrides, { signal, checkSpace: space });
  if (growing !== undefined) {
    extent.end = (await stat(prepared)).size;
    await scanTextFile(run, extent, growing, true);
    return;
  }
  while (!extent.whole) await extent.grow();
  const plain = detected === undefined ? undefined : await detectWholeText(uploaded, overrides, signal);
  if (plain !== undefined && isPlainText(plain)) {
    await scanTextFile(run, extent, plain, true);
    return;
  }
  const dialect = await prepareText(uploaded, prepared, withMembers(overrides, work), {
    signal,
    checkSpace: space,
    judge: judgeMember(work.options, () => readKnownProfiles(context.pool)),
  });
  extent.end = (await stat(prepared)).size;
  // Pass on the tables that were chosen in a zip file, so that the same tables are read if the file is read again.
  await scanTextFile({ ...run, work: { ...work, members: dialect.members ?? null } }, extent, dialect, true);
}

/**
 * @param isProven whether the text is known to be UTF-8. If not, the first window with a character other than ASCII decides. If that window
 * is not UTF-8, the function returns "not UTF-8" before it scans the records of the window
 */
async function scanTextFile(
  run: Run,
  extent: Extent,
  dialect: Dialect,
  isProven: boolean,
): Promise<"scanned" | "not UTF-8"> {
  const file = await open(textPath(run.context, run.work, dialect), "r");
  try {
    return await withoutUnfit(
      (unfit) => scanText({ ...run, unfit_active: unfit }, file, extent, { dialect, is_proven: isProven }),
      () => fenced(run, () => deleteScanRejects(run.context.pool, run.work)),
    );
  } finally {
    await file.close();
  }
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
  const problem = problemOfTable(table, dialect, isKeyChosen(work.options));
  // If the header has a fault, its columns are meaningless, so do not store them.
  if (table.header_fault === null) await fenced(run, () => noteFormat(pool, work, dialect, table));
  if (problem !== undefined) throw problem;
  if (question !== undefined) throw question;
  const { plan } = table;
  if (isShapedPlan(plan)) {
    const isWrong = (records: Records): boolean => isRefuted(proof, records);
    return scanShaped(run, { file, table, plan, dialect, extent, isRefuted: isWrong }, rulesOf(run, undefined));
  }
  const textSize = extent.whole ? extent.end : (work.size ?? undefined);
  const rows = createRowScan(table, dialect, rulesOf(run, textSize));
  const { scanner } = rows;
  const splitter = createSplitter(dialect, table.first_line, table.blank_is_record);
  const progressAt = (scanned: number): ScanProgress => ({
    scanned,
    text_size: extent.whole ? extent.end : (textSize ?? extent.end),
    lines: splitter.line - 1,
    rows: scanner.rows,
    adds: 0,
    superseded: scanner.superseded,
    rejected: scanner.rejected,
    ignored: scanner.ignored,
  });
  const cache = context.record_cache?.begin(work.id, work.scan_token, textSize);
  let notedAt = performance.now();
  for await (const { records, offset } of readRecords(file, splitter, table.start, extent, signal)) {
    if (isRefuted(proof, records)) return "not UTF-8";
    rows.add(records, offset, (fitted) => cache?.put(fitted, offset));
    refuseUnfitActive(rows, false);
    await saveRejects(run, dialect, [...scanner.takeRejects(), ...scanner.takeIgnored()]);
    const tooManyRejects = scanner.tooManyRejects();
    if (tooManyRejects !== undefined) {
      await fenced(run, () => noteFaulty(pool, work, scanner));
      throw tooManyRejects;
    }
    // While the file is still being received, the import shows the progress of the upload.
    if ((!extent.whole && work.state === "receiving") || performance.now() - notedAt < PROGRESS_MS) continue;
    notedAt = performance.now();
    await fenced(run, () => noteScanned(pool, work, progressAt(offset)));
  }
  if ((await file.stat()).size !== extent.end) throw truncatedFile();
  refuseUnfitActive(rows, true);
  await endScan(run, { table, rows, textEnd: extent.end, found: progressAt(extent.end) });
  return "scanned";
}

/** @throws ActiveIsUnfit if detection has chosen a column for the field `active`, and the values so far do not fit this field */
function refuseUnfitActive(rows: RowScan, isEnd: boolean): void {
  const unfit = rows.unfitActive(isEnd);
  if (unfit === undefined) return;
  rows.scanner.release();
  throw new ActiveIsUnfit(unfit);
}

const rulesOf = ({ context, work, unfit_active = [] }: Run, textSize: number | undefined): RowScanRules => ({
  repeats: completeOptions(work.options).repeats,
  chunk_records: context.chunk_records,
  text_size: textSize,
  first_keys: mayNeedReview(work) ? COMPARED_KEYS : undefined,
  judges_active: judgesActive(unfit_active, work.options.mapping !== undefined),
});

/** Whether the records of a window show that the text is not UTF-8. The first window with a character other than ASCII proves or
 * refutes that the text is UTF-8. */
function isRefuted(proof: { is_proven: boolean }, { bytes, is_ascii, count, start, end }: Records): boolean {
  if (proof.is_proven || is_ascii || count === 0) return false;
  const text = bytes.subarray(start[0], end[count - 1]);
  if (isAscii(text)) return false;
  proof.is_proven = isUtf8(text);
  return !proof.is_proven;
}
