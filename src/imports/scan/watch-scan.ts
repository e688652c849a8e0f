// Notices, whatever a scan is busy with, that it has to stop: unpacking a workbook and waiting for an upload take their time too.
import type pg from "pg";
import { readImportWork, type ImportWork } from "../store.ts";

/** How often the import's row is read. */
const LOOK_MS = 200;

/** The import no longer belongs to the scan: it was cancelled, has ended, or a newer scan has taken it over. */
export class ScanOver extends Error {
  override readonly name = "ScanOver";
}

export interface ScanWatch {
  /** Aborts as soon as the import no longer belongs to the scan. */
  over: AbortSignal;
  end(): void;
}

export function watchScan(pool: pg.Pool, { id, scan_token }: ImportWork): ScanWatch {
  const over = new AbortController();
  let isReading = false;
  const look = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    try {
      const now = await readImportWork(pool, id);
      if (now?.scan_token !== scan_token || now.cancel_requested) over.abort();
    } catch {
      // The database is away for a moment: the next look counts.
    } finally {
      isReading = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    over: over.signal,
    end: () => {
      clearInterval(timer);
    },
  };
}
