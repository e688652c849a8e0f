// Reads the first records of a file from its first bytes, with the same code as an import. Everything is done in memory, so that a
// preview that is stopped leaves no file behind.
import { createGunzip } from "node:zlib";
import type { Dialect, DialectOverrides } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";
import { detectDialect } from "./detect/detect-dialect.ts";
import { detectEncoding, type DetectedEncoding } from "./detect/detect-encoding.ts";
import { formatOf } from "./detect/detect-format.ts";
import { columnShapes } from "./fit/column-shapes.ts";
import { createFit, fitRecords } from "./fit/fit-records.ts";
import { brokenGzip, refuseSheet } from "./text/prepare-text.ts";
import { HEAD_BYTES, openTable, type Table, type TextFile } from "./read-records.ts";
import { createRecords, type Records } from "./records.ts";
import { splitRecords } from "./split-records.ts";
import { createSplitter } from "./splitter.ts";
import { transcodeHead } from "./text/transcode.ts";
import { convertHead } from "./workbook/convert-workbook.ts";

/** Maximum number of bytes of text that are produced from a workbook: enough for the longest header and for the sample of rows. */
const WORKBOOK_TEXT_BYTES = 2 << 20;

export interface Head {
  dialect: Dialect;
  table: Table;
  /** The records that are completely contained in the head. */
  records: Records;
  /** Offset of `records.bytes` in the text. */
  offset: number;
  /** Why an import would ask before it reads the file. */
  doubt: Problem | undefined;
}

/**
 * @param isWhole whether `bytes` is the whole file
 * @returns undefined for the head of a workbook. A workbook can only be read whole, because its table of contents is at its end
 * @throws Problem as `prepareText` does
 */
export async function readHead(
  bytes: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Head | undefined> {
  const format = formatOf(bytes);
  switch (format) {
    case "xlsx": {
      if (!isWhole) return undefined;
      const { dialect, text } = await convertHead(bytes, WORKBOOK_TEXT_BYTES, overrides);
      const head = await readTable(dialect, text, text.length < WORKBOOK_TEXT_BYTES, overrides);
      return { ...head, doubt: undefined };
    }
    case "gzip":
    case "text":
      refuseSheet(overrides);
      return readText(format, bytes, isWhole, overrides);
  }
}

async function readText(
  format: "text" | "gzip",
  bytes: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Head> {
  const unpacked = format === "gzip" ? await unpackHead(bytes, isWhole) : { head: bytes, is_whole: isWhole };
  const { head, is_whole: isWholeText } = unpacked;
  const { encoding } = overrides;
  const detected: DetectedEncoding = encoding === undefined ? detectEncoding(head, isWholeText) : { encoding };
  const dialect = { ...detectDialect(head, isWholeText, overrides, detected), format };
  const text = transcodeHead(head, dialect.encoding, isWholeText);
  return { ...(await readTable(dialect, text, isWholeText, overrides)), doubt: detected.doubt };
}

async function readTable(
  dialect: Dialect,
  text: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Omit<Head, "doubt">> {
  const table = await openTable(inMemory(text), dialect, undefined, overrides);
  const records = createRecords();
  const splitter = createSplitter(dialect, table.first_line, table.blank_is_record);
  const end = Math.min(text.length, table.start + HEAD_BYTES);
  const isEnd = isWhole && end === text.length;
  splitRecords(splitter, { bytes: text, from: table.start, to: end, at_end: isEnd }, records);
  const fit = createFit(table.columns.length, dialect, columnShapes(table.rows, table.columns));
  // The first part is the whole head, except in a table of many columns and short records.
  const [fitted = records] = fitRecords(records, fit);
  return { dialect, table, records: fitted, offset: 0 };
}

const inMemory = (text: Buffer): TextFile => ({
  stat: () => Promise.resolve({ size: text.length }),
  read: (target, at, length, position) =>
    Promise.resolve({ bytesRead: text.copy(target, at, position, Math.min(position + length, text.length)) }),
});

/** Unpacks at most HEAD_BYTES, so that a decompression bomb costs nothing. */
async function unpackHead(packed: Buffer, isWhole: boolean): Promise<{ head: Buffer; is_whole: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const gunzip = createGunzip();
  gunzip.end(packed);
  try {
    for await (const chunk of gunzip) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= HEAD_BYTES) return { head: Buffer.concat(chunks), is_whole: false };
    }
    return { head: Buffer.concat(chunks), is_whole: true };
  } catch (error) {
    // The head of a larger gzip file ends in the middle of its data. This error then does not mean that the file is damaged.
    if (isWhole || length === 0) throw brokenGzip(error);
    return { head: Buffer.concat(chunks), is_whole: false };
  }
}
