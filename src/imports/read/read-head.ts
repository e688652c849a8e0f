// The first records of a file of which only the beginning is there, by the reader of imports. All of it happens in memory: a preview
// that is stopped leaves no file behind.
import { createGunzip } from "node:zlib";
import type { Dialect, DialectOverrides } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { detectDialect } from "./detect/detect-dialect.ts";
import { formatOf, type Format } from "./detect/detect-format.ts";
import { refuseSheet } from "./text/prepare-text.ts";
import { HEAD_BYTES, openTable, type Table, type TextFile } from "./read-records.ts";
import type { Records } from "./records.ts";
import { createRecords, createSplitter, splitRecords } from "./split-records.ts";
import { transcodeHead } from "./text/transcode.ts";
import { convertHead } from "./workbook/convert-workbook.ts";

/** Bytes of a workbook's table that are made: a header as long as a record may be, and the rows that are inspected. */
const WORKBOOK_TEXT = 2 << 20;

export interface Head {
  dialect: Dialect;
  table: Table;
  /** Those that the head holds whole. */
  records: Records;
  /** Where `records.bytes` begins in the text. */
  offset: number;
}

/** @param isWhole the bytes are all of the file
 * @returns undefined where only the whole file suffices: a workbook's table of contents is at its end
 * @throws Problem as `prepareText` does */
export async function readHead(
  bytes: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Head | undefined> {
  const format = formatOf(bytes);
  if (format === "xlsx") {
    if (!isWhole) return undefined;
    const { dialect, text } = await convertHead(bytes, WORKBOOK_TEXT, overrides);
    return tableIn(dialect, text, text.length < WORKBOOK_TEXT);
  }
  refuseSheet(overrides);
  return readText(format, bytes, isWhole, overrides);
}

async function readText(format: Format, bytes: Buffer, isWhole: boolean, overrides: DialectOverrides): Promise<Head> {
  const unpacked = format === "gzip" ? await unpackHead(bytes, isWhole) : { head: bytes, is_whole: isWhole };
  const dialect = { ...detectDialect(unpacked.head, unpacked.is_whole, overrides), format };
  return tableIn(dialect, transcodeHead(unpacked.head, dialect.encoding, unpacked.is_whole), unpacked.is_whole);
}

async function tableIn(dialect: Dialect, text: Buffer, isWhole: boolean): Promise<Head> {
  const table = await openTable(inMemory(text), dialect);
  const records = createRecords();
  const splitter = createSplitter(dialect, table.first_line, table.keep_blank);
  // The splitter takes windows of up to 8 MB
  const end = Math.min(text.length, table.start + HEAD_BYTES);
  splitRecords(splitter, text, table.start, end, isWhole && end === text.length, records);
  return { dialect, table, records, offset: 0 };
}

const inMemory = (text: Buffer): TextFile => ({
  stat: () => Promise.resolve({ size: text.length }),
  read: (target, at, length, position) =>
    Promise.resolve({ bytesRead: text.copy(target, at, position, Math.min(position + length, text.length)) }),
});

/** As much as is looked at; so a bomb has no time to go off. */
async function unpackHead(packed: Buffer, isWhole: boolean): Promise<{ head: Buffer; is_whole: boolean }> {
  const pieces: Buffer[] = [];
  let length = 0;
  const gunzip = createGunzip();
  gunzip.end(packed);
  try {
    for await (const piece of gunzip) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length >= HEAD_BYTES) return { head: Buffer.concat(pieces), is_whole: false };
    }
    return { head: Buffer.concat(pieces), is_whole: true };
  } catch (error) {
    // That the head ends in the middle is as it should be.
    if (isWhole || length === 0) throw broken(error);
    return { head: Buffer.concat(pieces), is_whole: false };
  }
}

const broken = (cause: unknown): Problem =>
  new Problem("broken-file", "The gzip file is damaged or ends too early. Pack and send it again.", { cause });
