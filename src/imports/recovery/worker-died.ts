// An import whose file stops its worker, again and again, is given up.
import { Problem } from "../../../contract/problems.ts";
import type { Chunk } from "../chunk-store.ts";
import type { ImportWork } from "../store.ts";

/** The part of an import's attempts that is its scan; the numbers from 0 are its chunks. */
export const SCAN_PART = -1;
/** All chunks of a strict import: one transaction loads them. */
export const STRICT_PART = -2;

export const diedScanning = ({ filename }: ImportWork): Problem =>
  new Problem(
    "worker-died",
    `The worker stopped twice while it read "${filename}"; nothing was imported. Save the file as plain CSV, or split it, and send it again. If that fails too, the server's log shows how the worker stopped.`,
  );

export const diedLoadingStrictly = ({ filename }: ImportWork): Problem =>
  new Problem(
    "worker-died",
    `The worker stopped twice while it loaded "${filename}"; nothing was imported, because a strict import takes all rows or none. Send the file again in smaller files, or without strict. The server's log shows how the worker stopped.`,
  );

export const diedLoading = ({ filename }: ImportWork, { first_row, records }: Chunk): Problem =>
  new Problem(
    "worker-died",
    `The worker stopped twice while it loaded rows ${first_row.toLocaleString("en")} to ${(first_row + records - 1).toLocaleString("en")} of "${filename}". Rows that are counted as created or updated were imported; these rows were not. Send the file again without them, or in smaller files. The server's log shows how the worker stopped.`,
  );
