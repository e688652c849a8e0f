// Reads the first records of a file from its first bytes, with the same code as an import. Works in memory only, so that a terminated
// preview leaves no file.
import type { TextFile } from "./text/text-file.ts";
import { Readable } from "node:stream";
import type { Dialect, DialectOverrides } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";
import { detectDialect } from "./detect/detect-dialect.ts";
import { detectEncoding, type DetectedEncoding } from "./detect/detect-encoding.ts";
import { openUnpacker, packedBytes, type Unpacker } from "./archive/unpack.ts";
import { chooseTables, type InspectedTable } from "./archive/choose-tables.ts";
import { inspectTable, type JudgeTable } from "./archive/inspect-table.ts";
import { openZip, type PackedFile } from "./archive/zip.ts";
import { formatOf, isPacked, type ContentFormat, type PackedFormat } from "./detect/detect-format.ts";
import { convertHtmlHead } from "./html/convert-html.ts";
import { convertMarkdown, markdownDialect } from "./text/markdown.ts";
import { packedTwice, refuseMember, refuseSheet } from "./text/refusals.ts";
import { shapesOf } from "./fit/column-shapes.ts";
import { createFit, fitRecords } from "./fit/fit-records.ts";
import { bytesSource } from "./tree/decode-file.ts";
import type { RecordSource } from "./tree/head-sources.ts";
import type { Entries } from "./tree/lookup-entries.ts";
import { convertParquetHead } from "./parquet/convert-parquet.ts";
import { convertTreeHead } from "./tree/convert-tree.ts";
import { rewriterOf } from "./rewrite/detect-rewriting.ts";
import { HEAD_BYTES, openTable, type Table } from "./read-records.ts";
import { createRecords, type Records } from "./records.ts";
import { splitRecords } from "./split-records.ts";
import { createSplitter } from "./splitter.ts";
import { transcodeHead } from "./text/transcode.ts";
import { convertHead } from "./workbook/convert-workbook.ts";
import { isWorkbook, isXls } from "./detect/workbook-format.ts";

/** Maximum number of bytes of text that are produced from a workbook or a Parquet file: enough for the longest header and for the sample
 * of rows. */
const WORKBOOK_TEXT_BYTES = 2 << 20;

export interface Head {
  dialect: Dialect;
  table: Table;
  /** The records that are completely contained in the head. */
  records: Records;
  /** Offset of `records.bytes` in the text. */
  offset: number;
  /** Entries of lookup tables from outside the records of an XML or JSON file. */
  entries?: Entries | undefined;
  /** The unmodified records of an XML or JSON file; missing if the file was converted earlier. */
  sources?: RecordSource | undefined;
  /** The question that an import would ask before it reads the file. */
  doubt: Problem | undefined;
}

/**
 * @param isWhole whether `bytes` is the whole file
 * @param judge decides whether a table of a zip file has SKUs and names
 * @returns undefined for the head of a file that can only be read whole: of a workbook, another zip file or a Parquet file, because
 * their table of contents is at their end, and of a packed file whose first block is longer than the head
 * @throws Problem as `prepareText` does
 */
export async function readHead(
  bytes: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
  judge?: JudgeTable,
): Promise<Head | undefined> {
  const format = formatOf(bytes);
  if (format === "zip") return isWhole ? readZip(bytes, overrides, judge) : undefined;
  refuseMember(overrides);
  if (!isPacked(format)) return readContent(format, bytes, isWhole, overrides);
  return readUnpacked(format, openUnpacker(format, packedBytes(bytes)), isWhole, overrides);
}

/** Reads the head of the file at `path`, whose first bytes are `bytes`. Zip files and Parquet files are read from their end, where their
 * table of contents is. */
export async function readFileHead(
  path: string,
  bytes: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Head | undefined> {
  const format = isWhole ? undefined : formatOf(bytes);
  if (format === "zip") return readZip(path, overrides);
  if (format === "ods" || format === "xls") return readWorkbook(path, overrides);
  if (format !== "parquet") return readHead(bytes, isWhole, overrides);
  refuseSheet(overrides);
  return readParquet(path, overrides);
}

/** Reads the head of the table that an import would read first. @param source the path of the zip file, or all of its bytes */
async function readZip(
  source: string | Buffer,
  overrides: DialectOverrides,
  judge?: JudgeTable,
): Promise<Head | undefined> {
  const content = await openZip(source);
  if (content.kind === "workbook") {
    refuseMember(overrides);
    return readWorkbook(source, overrides);
  }
  try {
    const { read, members } = await chooseTables(content.files, overrides, (file) =>
      inspectFile(file, overrides, judge),
    );
    const head = await readUnpacked("zip", await (read[0] as PackedFile).unpack(), true, overrides);
    if (head === undefined || members === undefined) return head;
    return { ...head, dialect: { ...head.dialect, members } };
  } finally {
    content.close();
  }
}

/** Inspects the head of a file in a zip file. */
export const inspectFile = (
  file: PackedFile,
  overrides: DialectOverrides,
  judge?: JudgeTable,
): Promise<InspectedTable | undefined> =>
  inspectTable(async () => readUnpacked("zip", await file.unpack(), true, overrides), judge);

async function readUnpacked(
  format: PackedFormat,
  unpacker: Unpacker,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Head | undefined> {
  const unpacked = await unpackHead(unpacker, isWhole);
  if (unpacked === undefined) return undefined;
  const { head, is_whole: isWholeContent } = unpacked;
  const inner = formatOf(head);
  if (inner === "zip") {
    // The workbook is too large for a preview: only a part of it was unpacked.
    if (!isWholeContent) return undefined;
    if ((await openZip(head)).kind !== "workbook") throw packedTwice(format);
  } else if (isPacked(inner)) throw packedTwice(format);
  const read = await readContent(isPacked(inner) ? "xlsx" : inner, head, isWholeContent, overrides);
  return read === undefined ? undefined : { ...read, dialect: { ...read.dialect, format } };
}

async function readContent(
  format: ContentFormat,
  bytes: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Head | undefined> {
  if (!isWorkbook(format)) refuseSheet(overrides);
  switch (format) {
    case "xlsx":
    case "xls":
    case "ods":
      return isWhole ? readWorkbook(bytes, overrides) : undefined;
    case "html": {
      const { dialect, text, doubt } = await convertHtmlHead(bytes, overrides);
      return { ...(await readTable(dialect, text, isWhole, overrides)), doubt };
    }
    case "xml":
    case "json":
    case "jsonl": {
      const converted = await convertTreeHead(format, bytesSource(bytes, isWhole), overrides);
      if (converted === undefined) return undefined;
      const { dialect, text, entries, sources, doubt } = converted;
      return { ...(await readTable(dialect, text, isWhole, overrides)), entries, sources, doubt };
    }
    case "parquet":
      return isWhole ? readParquet(bytes, overrides) : undefined;
    case "markdown":
    case "text":
      return readText(format, bytes, isWhole, overrides);
  }
}

/** @param source the path of the workbook, or all of its bytes */
async function readWorkbook(source: string | Buffer, overrides: DialectOverrides): Promise<Head> {
  const { dialect, text } = await convertHead(source, WORKBOOK_TEXT_BYTES, overrides);
  const head = await readTable(dialect, text, text.length < WORKBOOK_TEXT_BYTES, overrides);
  return { ...head, doubt: undefined };
}

/** @param source the path of the Parquet file, or all of its bytes */
async function readParquet(source: string | Buffer, overrides: DialectOverrides): Promise<Head> {
  const { dialect, text, is_whole: isWhole } = await convertParquetHead(source, WORKBOOK_TEXT_BYTES, overrides);
  return { ...(await readTable(dialect, text, isWhole, overrides)), doubt: undefined };
}

async function readText(
  format: "text" | "markdown",
  head: Buffer,
  isWhole: boolean,
  overrides: DialectOverrides,
): Promise<Head> {
  const { encoding } = overrides;
  const detected: DetectedEncoding = encoding === undefined ? detectEncoding(head, isWhole) : { encoding };
  const text = transcodeHead(head, detected.encoding, isWhole);
  const { doubt } = detected;
  if (format === "text") {
    const dialect = detectDialect(head, isWhole, overrides, detected);
    const rewritten = rewriterOf(dialect)?.rewrite(text, isWhole) ?? text;
    return { ...(await readTable(dialect, rewritten, isWhole, overrides)), doubt };
  }
  const lines: Buffer[] = [];
  for await (const chunk of convertMarkdown(Readable.from([text]))) lines.push(chunk);
  const dialect = markdownDialect(detected.encoding, overrides);
  return { ...(await readTable(dialect, Buffer.concat(lines), isWhole, overrides)), doubt };
}

/** Reads the first records of a table from the beginning of its text. */
export async function readTable(
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
  const fit = createFit(table.columns.length, dialect, shapesOf(table), overrides);
  // `fitRecords` yields all records of the head at once, unless the table has many columns and short records.
  const [fitted = records] = fitRecords(records, fit);
  return { dialect, table, records: fitted, offset: 0 };
}

const inMemory = (text: Buffer): TextFile => ({
  stat: () => Promise.resolve({ size: text.length }),
  read: (target, at, length, position) =>
    Promise.resolve({ bytesRead: text.copy(target, at, position, Math.min(position + length, text.length)) }),
});

/** Maximum number of unpacked bytes of a zip file, a packed workbook or a packed Parquet file that a preview holds in memory. */
const MAX_UNPACKED_BYTES = 8 << 20;

/** Unpacks at most HEAD_BYTES of text, or a small workbook, so that a decompression bomb costs nothing.
 * @returns undefined if only the head of the file is known and nothing can be unpacked from it, for example because a bzip2 block is
 * longer than the head */
async function unpackHead(
  { chunks }: Unpacker,
  isWhole: boolean,
): Promise<{ head: Buffer; is_whole: boolean } | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      parts.push(chunk);
      length += chunk.length;
      const mark = (parts[0] as Buffer).toString("latin1", 0, 4);
      const isNeededWhole = mark.startsWith("PK") || mark === "PAR1" || isXls(parts[0] as Buffer);
      if (length >= (isNeededWhole ? MAX_UNPACKED_BYTES : HEAD_BYTES))
        return { head: Buffer.concat(parts), is_whole: false };
    }
    return { head: Buffer.concat(parts), is_whole: isWhole };
  } catch (error) {
    // If only the head of the file is known, its data ends in the middle, so this error does not mean that the file is damaged.
    if (isWhole) throw error;
    if (length === 0) return undefined;
    return { head: Buffer.concat(parts), is_whole: false };
  }
}
