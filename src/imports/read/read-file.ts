// Reads a whole file for an observer, without a database: detects the dialect, converts the file where necessary, and passes on
// every record with its fault. `skuport read` and tests use it; an import uses read-records.ts directly.
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Dialect, DialectOverrides, RejectCode } from "../../../contract/imports/imports.ts";
import { recordTexts } from "./field-text.ts";
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
}

/**
 * Reads the file at `path`. Returns its number of lines and the number of records below its header.
 * @throws Problem as `prepareText` does, and the file system's errors. The scratch folder is removed in any case.
 */
export async function readFile(
  path: string,
  { overrides = {}, createScratch, signal }: ReadOptions,
  observer: FileObserver,
): Promise<{ lines: number; rows: number }> {
  const detected = await detectWholeText(path, overrides, signal);
  if (detected !== undefined && isPlainText(detected))
    return readTable(path, detected, { overrides, signal }, observer);
  const scratch = await createScratch();
  try {
    const copy = join(scratch.path, "utf-8.csv");
    const dialect = await prepareText(path, copy, overrides, signal, scratch.checkSpace);
    return await readTable(copy, dialect, { overrides, signal }, observer);
  } finally {
    await scratch.remove();
  }
}

async function readTable(
  path: string,
  dialect: Dialect,
  { overrides, signal }: { overrides: DialectOverrides; signal: AbortSignal | undefined },
  observer: FileObserver,
): Promise<{ lines: number; rows: number }> {
  const file = await open(path);
  try {
    const table = await openTable(file, dialect, signal, overrides);
    await observer.onTable(dialect, table);
    const splitter = createSplitter(dialect, table.first_line, table.blank_is_record);
    let rows = 0;
    for await (const { records } of readRecords(file, splitter, table.start, wholeExtent(table.size), signal)) {
      await observer.onRecords(records, findFaults(records, rows + 1, dialect, table));
      rows += records.count;
    }
    return { lines: splitter.line - 1, rows };
  } finally {
    await file.close();
  }
}

function findFaults(records: Records, firstRow: number, dialect: Dialect, { columns, header }: Table): Fault[] {
  const faults: Fault[] = [];
  const width = columns.length;
  const firstCellBytes = Buffer.byteLength(header[0] ?? "");
  /** Whether the record repeats the header. The length of the first cell is compared first, so that almost no record has to be
   * decoded. */
  const isHeader = (record: number): boolean => {
    const first = records.first_field[record] as number;
    if ((records.field_end[first] as number) - (records.field_start[first] as number) !== firstCellBytes) return false;
    return recordTexts(records, record, dialect).every((text, field) => text === header[field]);
  };
  for (let record = 0; record < records.count; record++) {
    const fields = (records.first_field[record + 1] as number) - (records.first_field[record] as number);
    let code: Fault["code"] | null = recordFault(records, record);
    if (code === null && fields !== width) code = fields < width ? "too_few_fields" : "too_many_fields";
    if (code === null && header.length > 1 && isHeader(record)) code = HEADER_REPEATED;
    if (code !== null) faults.push({ row: firstRow + record, line: records.line[record] as number, code, record });
  }
  return faults;
}
