// Watches whether a scan must stop, even while the scan is busy unpacking a workbook or waits for an upload.
import type pg from "pg";
import { readImportWork, type ImportWork } from "../store.ts";
import { isTerminal } from "../../../contract/imports/imports.ts";

const POLL_MS = 200;

/** Thrown if the import was cancelled, has ended, or was taken over by a newer scan. */
export class ScanOver extends Error {
  override readonly name = "ScanOver";
}

export interface ScanWatch {
  /** Aborts when the scan must stop. */
  over: AbortSignal;
  end(): void;
}

export function watchScan(pool: pg.Pool, { id, scan_token }: ImportWork): ScanWatch {
  const over = new AbortController();
  let isReading = false;
  const check = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    try {
      const work = await readImportWork(pool, id);
      if (work?.scan_token !== scan_token || work.cancel_requested || isTerminal(work.state)) over.abort();
    } catch {
      // Ignore the error: the database may be unavailable for a moment, and the next check reads the import again.
    } finally {
      isReading = false;
    }
  };
  const timer = setInterval(() => void check(), POLL_MS);
  return {
    over: over.signal,
    end: () => {
      clearInterval(timer);
    },
  };
}
