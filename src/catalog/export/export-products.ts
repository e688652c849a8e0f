// Products as a file: one snapshot of the catalogue, streamed in constant memory. Server and command line share it.
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type pg from "pg";
import { delimitedPieces, jsonLines } from "./pieces.ts";
import { findKeys, selectProducts } from "./select-products.ts";
import { listAttributeNames, openSnapshot, type Selection, type Snapshot } from "./snapshot.ts";
import { workbookPieces } from "./workbook.ts";
import { EXPORT_FORMATS, type ExportOptions } from "../../../contract/catalog/export.ts";
import { Problem } from "../../../contract/problems.ts";

export interface ExportFile {
  filename: string;
  media_type: string;
  /** Destroying it ends the query. */
  bytes: Readable;
}

export interface ExportLimits {
  /** A reader that takes nothing for so long is let go, for it holds a connection and keeps the database from tidying up. */
  patience_ms?: number;
  /** Rows that a sheet has room for; tests that want many sheets say fewer. */
  sheet_rows?: number | undefined;
}

/** Ready to be sent: what could go wrong before the first row has gone wrong by then, with a Problem. */
export async function exportProducts(
  pool: pg.Pool,
  options: ExportOptions,
  { patience_ms, sheet_rows }: ExportLimits = {},
): Promise<ExportFile> {
  if (options.format === "xlsx" && options.gzip)
    throw new Problem("invalid-request", "An XLSX file is compressed already. Leave gzip out.");
  const { sort, format, spreadsheet, gzip, ...filter } = options;
  // A filter that cannot be is told before there is a snapshot.
  selectProducts(filter, sort);
  const stop = new AbortController();
  const snapshot = await openSnapshot(pool, stop.signal);
  const pieces = await findKeys(snapshot, filter)
    .then((keys) => preparePieces(snapshot, selectProducts(filter, sort, keys), { format, spreadsheet, sheet_rows }))
    .catch((error: unknown) => {
      snapshot.close();
      throw error;
    });
  const rows: Readable = Readable.from(
    closing(
      snapshot,
      patiently(pieces, patience_ms, () =>
        rows.destroy(new Error("The reader of an export took nothing for too long")),
      ),
    ),
    { objectMode: false },
  );
  // Not only when the generator's turn comes: it may be waiting for rows that take a while.
  rows.once("close", () => {
    stop.abort();
  });
  return {
    filename: `products-${new Date().toISOString().slice(0, 10)}.${format}${gzip ? ".gz" : ""}`,
    media_type: gzip ? "application/gzip" : EXPORT_FORMATS[format],
    bytes: gzip ? compressed(rows) : rows,
  };
}

async function preparePieces(
  snapshot: Snapshot,
  selection: Selection,
  { format, spreadsheet, sheet_rows }: Pick<ExportOptions, "format" | "spreadsheet"> & Pick<ExportLimits, "sheet_rows">,
): Promise<AsyncGenerator<Buffer>> {
  if (format === "jsonl") return jsonLines(snapshot, selection);
  const attributes = await listAttributeNames(snapshot, selection);
  if (format === "xlsx") return workbookPieces(snapshot, selection, attributes, sheet_rows);
  return delimitedPieces(snapshot, selection, attributes, { delimiter: format === "tsv" ? "\t" : ",", spreadsheet });
}

async function* closing(snapshot: Snapshot, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* pieces;
  } finally {
    snapshot.close();
  }
}

/** The reader's turn is from a piece given to the next asked for. */
async function* patiently(
  pieces: AsyncIterable<Buffer>,
  patienceMs: number | undefined,
  giveUp: () => void,
): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    const timer = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs);
    yield piece;
    clearTimeout(timer);
  }
}

/** Level 1: three quarters of what level 6 saves, in a third of its time. */
function compressed(rows: Readable): Readable {
  const gzip = createGzip({ level: 1, chunkSize: 1 << 16 });
  // An error of either end closes the other; whoever reads the compressed bytes meets it there.
  pipeline(rows, gzip, () => undefined);
  return gzip;
}
