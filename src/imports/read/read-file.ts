// Reads a whole file for somebody who looks on, without a database: detected, transcoded where it must be, and every
// record handed over with what is wrong with its form. The engine reads by `read-records.ts` alone.
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dialect, DialectOverrides, RejectCode } from "../../../contract/imports/imports.ts";
import type { Records } from "./records.ts";
import { detectText, isPlainText, prepareText } from "./text/prepare-text.ts";
import { openTable, readRecords, wholeExtent, recordFault, type Table } from "./read-records.ts";
import { createSplitter, recordTexts } from "./split-records.ts";

/** A header in the middle of the table, as files that were joined have it: sound in its form, but no product. */
export const HEADER_REPEATED = "header_repeated";

/** What is wrong with a record's form, by itself or against the header. */
export interface Fault {
  /** The first record below the header is 1; the header itself is 0. */
  row: number;
  line: number;
  code: RejectCode | typeof HEADER_REPEATED;
  /** Offset of the record among the batch's. */
  record: number;
}

export interface Looker {
  /** Once, before any record. */
  onTable: (dialect: Dialect, table: Table) => Promise<void> | void;
  /** For every batch of records, which is valid until this returns; `first_row` is the row of its first record. */
  onBatch: (records: Records, faults: Fault[], firstRow: number) => Promise<void> | void;
}

/** Reads the file at `path` and returns its numbers of lines and of records below the header. Throws what the file system
 * throws; leaves nothing behind. */
export async function readFile(
  path: string,
  overrides: DialectOverrides,
  looker: Looker,
  signal?: AbortSignal,
): Promise<{ lines: number; rows: number }> {
  const found = await detectText(path, overrides);
  if (found !== undefined && isPlainText(found)) return readTable(path, found, looker, signal);
  const folder = await mkdtemp(join(tmpdir(), "skuport-read-"));
  try {
    const copy = join(folder, "utf-8.csv");
    const dialect = await prepareText(path, copy, overrides, signal);
    return await readTable(copy, dialect, looker, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readTable(
  path: string,
  dialect: Dialect,
  looker: Looker,
  signal: AbortSignal | undefined,
): Promise<{ lines: number; rows: number }> {
  const file = await open(path);
  try {
    const table = await openTable(file, dialect, signal);
    await looker.onTable(dialect, table);
    const splitter = createSplitter(dialect, table.first_line, table.keep_blank);
    let rows = 0;
    for await (const { records } of readRecords(file, splitter, table.start, wholeExtent(table.size), signal)) {
      await looker.onBatch(records, findFaults(records, rows + 1, dialect, table), rows + 1);
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
  const headerStart = Buffer.byteLength(header[0] ?? "");
  for (let record = 0; record < records.count; record++) {
    const first = records.first_field[record] as number;
    const fields = (records.first_field[record + 1] as number) - first;
    let code: Fault["code"] | null = recordFault(records, record);
    if (code === null && fields !== width) code = fields < width ? "too_few_fields" : "too_many_fields";
    // Lengths first: next to no record gets as far as becoming text.
    if (
      code === null &&
      header.length > 1 &&
      (records.field_end[first] as number) - (records.field_start[first] as number) === headerStart
    ) {
      if (recordTexts(records, record, dialect).every((text, field) => text === header[field])) code = HEADER_REPEATED;
    }
    if (code !== null) faults.push({ row: firstRow + record, line: records.line[record] as number, code, record });
  }
  return faults;
}
