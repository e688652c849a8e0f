// Reads a whole file without a database: detects the dialect, converts the file where necessary, and passes every record with its fault to
// a callback. `skuport read` and tests use it; an import uses read-records.ts directly.
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Dialect, DialectOverrides, RejectCode } from "../../../contract/imports/imports.ts";
import type { JudgeTable } from "./archive/inspect-table.ts";
import { shapesOf } from "./fit/column-shapes.ts";
import { createFit, fitRecords } from "./fit/fit-records.ts";
import { HeaderTest } from "./fit/header-rows.ts";
import { readEntries } from "./tree/lookup-entries.ts";
import { openTable, readRecords, recordFault, wholeExtent, type Table } from "./read-records.ts";
import type { Records } from "./records.ts";
import { createSplitter } from "./splitter.ts";
import type { SpaceCheck } from "./text/new-file.ts";
import { detectWholeText, isPlainText, prepareText } from "./text/prepare-text.ts";

/** Code of a header that is repeated among the records, as in files that were concatenated. Such a record is well-formed but not
 * a product. */
export const HEADER_REPEATED = "header_repeated";

/** A fault in the form of a record, such as an unclosed quote or a different number of fields than the header. */
export interface Fault {
  /** Number of the record: 0 for the header, 1 for the first record below it. */
  row: number;
  line: number;
  code: RejectCode | typeof HEADER_REPEATED;
  /** Index of the record in its window. */
  record: number;
}

export interface FileObserver {
  /** Called once, before any record. */
  onTable: (dialect: Dialect, table: Table) => Promise<void> | void;
  /** Called for every window. The records are valid until the returned promise resolves. */
  onRecords: (records: Records, faults: Fault[]) => Promise<void> | void;
}

/** A temporary folder, for the copy of a file that has to be unpacked or transcoded. */
export interface ScratchFolder {
  path: string;
  checkSpace: SpaceCheck;
  remove(): Promise<void>;
}

export interface ReadOptions {
  overrides?: DialectOverrides;
  /** Creates the scratch folder. Called only if the file has to be unpacked or transcoded. */
  createScratch: () => Promise<ScratchFolder>;
  signal?: AbortSignal;
  /** Decides whether a table of a zip file has SKUs and names. */
  judge?: JudgeTable;
  /** Whether the records of a table without a SKU column are fitted to its columns too, as an import with the option key does. */
  fits_all?: boolean;
}

/**
 * Reads the file at `path`. Returns its number of lines and the number of records below its header.
 * @throws Problem as `prepareText` does, and the file system's errors. The scratch folder is removed in any case.
 */
export async function readFile(
  path: string,
  { overrides = {}, createScratch, signal, judge, fits_all: fitsAll = false }: ReadOptions,
  observer: FileObserver,
): Promise<{ lines: number; rows: number }> {
  const options = { overrides, signal, fits_all: fitsAll };
  const detected = await detectWholeText(path, overrides, signal);
  if (detected !== undefined && isPlainText(detected)) return readTable(path, detected, options, observer);
  const scratch = await createScratch();
  try {
    const copy = join(scratch.path, "utf-8.csv");
    const dialect = await prepareText(path, copy, overrides, { signal, checkSpace: scratch.checkSpace, judge });
    return await readTable(copy, dialect, options, observer);
  } finally {
    await scratch.remove();
  }
}

async function readTable(
  path: string,
  dialect: Dialect,
  {
    overrides,
    signal,
    fits_all: fitsAll,
  }: { overrides: DialectOverrides; signal: AbortSignal | undefined; fits_all: boolean },
  observer: FileObserver,
): Promise<{ lines: number; rows: number }> {
  const file = await open(path);
  try {
    const entries = dialect.tree === undefined ? undefined : await readEntries(path);
    const table = { ...(await openTable(file, dialect, signal, overrides)), entries };
    await observer.onTable(dialect, table);
    const splitter = createSplitter(dialect, table.first_line, table.blank_is_record);
    const skuColumn = table.columns.findIndex(({ target }) => target === "sku");
    let rows = 0;
    const fit = createFit(table.columns.length, dialect, shapesOf(table));
    const header = new HeaderTest(table.header, skuColumn, dialect);
    for await (const window of readRecords(file, splitter, table.start, wholeExtent(table.size), signal)) {
      // Without a SKU column, the records are only shown, so they stay unmodified unless the caller wants otherwise.
      for (const records of skuColumn < 0 && dialect.tree === undefined && !fitsAll
        ? [window.records]
        : fitRecords(window.records, fit)) {
        await observer.onRecords(records, findFaults(records, rows, table, header));
        rows += records.count;
      }
    }
    return { lines: splitter.line - 1, rows };
  } finally {
    await file.close();
  }
}

/** @param rows number of rows in the file before `records` */
function findFaults(records: Records, rows: number, { columns }: Table, header: HeaderTest): Fault[] {
  const faults: Fault[] = [];
  const width = columns.length;
  for (let record = 0; record < records.count; record++) {
    const fields = (records.first_field[record + 1] as number) - (records.first_field[record] as number);
    let code: Fault["code"] | null = recordFault(records, record);
    if (code === null && fields !== width) code = fields < width ? "too_few_fields" : "too_many_fields";
    if (code === null && header.matches(records, record, rows + record)) code = HEADER_REPEATED;
    if (code !== null) faults.push({ row: rows + record + 1, line: records.line[record] as number, code, record });
  }
  return faults;
}
