// The problems with which a scan or the loading of an import fails.
import type { Chunk, FinalCounts } from "./chunk-store.ts";
import type { ImportWork } from "./store.ts";
import { REJECT_CODES, type RejectGroup } from "../../contract/imports/imports.ts";
import { Problem } from "../../contract/problems.ts";
import { because } from "../../contract/problem-reasons.ts";

export const strictProblem = (count: number): Problem =>
  new Problem(
    "rejected-rows",
    `The file has ${count === 1 ? "1 row with an error" : `${count.toLocaleString("en")} rows with errors`}. A strict import takes all rows or none, so nothing was imported. Fix the rejected rows in the file and upload it again, or import it with "All or nothing" (strict) turned off.`,
    { extra: because("strict-rows", { count }) },
  );

/** Returns the problem of an import that applied no row. */
export function nothingImported(counts: FinalCounts, mostFrequent: RejectGroup | undefined): Problem {
  const { rows, rejected, adds, superseded, ignored } = counts;
  if (rows === 0) {
    return new Problem(
      "nothing-imported",
      "The file has no rows below the header, so nothing was imported. Check that the file is complete and, if it is a workbook, that the right sheet was read.",
    );
  }
  const parts = [
    ...(rejected > 0 ? [`${rejected.toLocaleString("en")} rejected`] : []),
    ...(superseded > 0 ? [`${superseded.toLocaleString("en")} superseded by a row that was not applied`] : []),
    ...(adds > 0 ? [`${adds.toLocaleString("en")} with additions to products of rows that were not applied`] : []),
    ...(ignored > 0 ? [`${ignored.toLocaleString("en")} ignored because they are not products`] : []),
  ];
  const next =
    rejected > 0
      ? "Fix the rejected rows and import them again."
      : "Check that this is the right file, and check the conditions of its mapping.";
  const detail = `Nothing was imported. Of ${rowCount(rows)}: ${parts.join(", ")}.${mostFrequentReason(mostFrequent)} ${next}`;
  return new Problem("nothing-imported", detail);
}

/** Returns a sentence about the most frequent reason, with a space before it. Empty if there is no reason. */
export const mostFrequentReason = (group: RejectGroup | undefined): string =>
  group === undefined
    ? ""
    : ` Most frequent reason: ${REJECT_CODES[group.code]}${group.column === null ? "" : `, in column "${group.column}"`} (${rowCount(group.count)}).`;

export const rowCount = (rows: number): string => `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;

/** @param progress the amount received, such as " after 5 of 10 bytes" */
export const uploadInterrupted = (progress = "", cause?: unknown): Problem =>
  new Problem(
    "upload-interrupted",
    `The upload stopped${progress} before the file was complete, and nothing was imported. Upload the file again.`,
    { cause },
  );

export const truncatedFile = (): Problem =>
  new Problem(
    "file-missing",
    "The size of the stored file changed after it was received, so the import stopped. Upload the file again.",
  );

export const lostFile = (): Problem =>
  new Problem(
    "file-missing",
    "The uploaded file is no longer in the folder of uploaded files, so the import stopped. Rows that are counted as created or updated were imported. Upload the file again.",
  );

export const otherServer = (filename: string): Problem =>
  new Problem(
    "other-server",
    `The file "${filename}" was sent to another server, which keeps it in a folder of its own. Send the request to that server, or upload the file again.`,
  );

/** The number in `work_attempts.part` for a scan. Chunks have numbers from 0. */
export const SCAN_PART = -1;
/** The number in `work_attempts.part` for all chunks of a strict import, which are loaded in one transaction. */
export const STRICT_PART = -2;

export const diedScanning = ({ filename }: ImportWork): Problem =>
  new Problem(
    "worker-died",
    `The import's worker process crashed or stopped responding twice while it read "${filename}", and nothing was imported. Save the file as plain CSV or split it into smaller files, then upload it again. If that fails too, ask the administrator: the server's log shows why the worker stopped.`,
  );

export const diedLoadingStrictly = ({ filename }: ImportWork): Problem =>
  new Problem(
    "worker-died",
    `The import's worker process crashed or stopped responding twice while it loaded "${filename}". A strict import takes all rows or none, so nothing was imported. Split the file into smaller files, or import it with "All or nothing" (strict) turned off. The server's log shows why the worker stopped.`,
  );

export const diedLoading = ({ filename }: ImportWork, { first_row, records }: Chunk): Problem =>
  new Problem(
    "worker-died",
    `The import's worker process crashed or stopped responding twice while it loaded rows ${first_row.toLocaleString("en")} to ${(first_row + records - 1).toLocaleString("en")} of "${filename}". These rows were not imported. Rows that are counted as created or updated were imported. Upload the file again without these rows, or split it into smaller files. The server's log shows why the worker stopped.`,
    { extra: because("rows-unloaded", { first: first_row, last: first_row + records - 1 }) },
  );
