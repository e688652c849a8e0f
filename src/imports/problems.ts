// The problems with which a scan or the loading of an import fails.
import type { Chunk } from "./chunk-store.ts";
import type { ImportWork } from "./store.ts";
import { Problem } from "../../contract/problems.ts";

export const strictProblem = (count: number): Problem =>
  new Problem(
    "rejected-rows",
    `The file has ${count === 1 ? "1 row with an error" : `${count.toLocaleString("en")} rows with errors`}. A strict import takes all rows or none, so nothing was imported. Fix the rejected rows in the file and upload it again, or import it with "All or nothing" (strict) turned off.`,
  );

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

/** The part number of a scan in `work_attempts`. Chunks use the numbers from 0. */
export const SCAN_PART = -1;
/** The part number of all chunks of a strict import, which are loaded in one transaction. */
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
  );
