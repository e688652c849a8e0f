// The first records of a file of which only the beginning is there: the same reader, which then knows nothing of the rest.
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import type { Dialect, DialectOverrides } from "../../../contract/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { detectDialect } from "./detect-dialect.ts";
import { detectFormat, type Format } from "./detect-format.ts";
import { refuseSheet } from "./prepare-text.ts";
import { HEAD_BYTES, openTable, type Table } from "./read-records.ts";
import type { Records } from "./records.ts";
import { createRecords, createSplitter, splitRecords } from "./split-records.ts";
import { transcodeHead } from "./transcode.ts";
import { convertWorkbook } from "./workbook/convert-workbook.ts";

/** Characters of a workbook that are made text: a header as long as a record may be, and the rows that are looked at. */
const WORKBOOK_TEXT = 2 << 20;

export interface Head {
  dialect: Dialect;
  table: Table;
  /** Those that the head holds whole. */
  records: Records;
  /** Where `records.bytes` begins in the text. */
  offset: number;
}

/** @param is_whole the bytes are all of the file
 * @returns undefined where only the whole file tells: a workbook's table of contents stands at its end
 * @throws Problem as `prepareText` does */
export async function readHead(
  bytes: Buffer,
  is_whole: boolean,
  overrides: DialectOverrides,
): Promise<Head | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-head-"));
  try {
    const path = join(folder, "head");
    await writeFile(path, bytes);
    const format = await detectFormat(path);
    if (format === "xlsx") return is_whole ? await readWorkbook(path, overrides) : undefined;
    refuseSheet(overrides);
    return await readText(path, format, bytes, is_whole, overrides);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readWorkbook(path: string, overrides: DialectOverrides): Promise<Head> {
  const target = `${path}.utf8`;
  const dialect = await convertWorkbook(path, target, overrides, undefined, WORKBOOK_TEXT);
  const text = await readFile(target);
  return tableIn(target, dialect, text, text.length < WORKBOOK_TEXT);
}

async function readText(
  path: string,
  format: Format,
  bytes: Buffer,
  is_whole: boolean,
  overrides: DialectOverrides,
): Promise<Head> {
  const unpacked = format === "gzip" ? await unpackHead(bytes, is_whole) : { head: bytes, is_whole };
  const dialect = { ...detectDialect(unpacked.head, unpacked.is_whole, overrides), format };
  const text = transcodeHead(unpacked.head, dialect.encoding, unpacked.is_whole);
  const target = `${path}.utf8`;
  await writeFile(target, text);
  return tableIn(target, dialect, text, unpacked.is_whole);
}

async function tableIn(path: string, dialect: Dialect, text: Buffer, is_whole: boolean): Promise<Head> {
  const file = await open(path);
  try {
    const table = await openTable(file, dialect);
    const records = createRecords();
    const splitter = createSplitter(dialect, table.first_line, table.keep_blank);
    // The splitter takes windows of up to 8 MB
    const end = Math.min(text.length, table.start + HEAD_BYTES);
    splitRecords(splitter, text, table.start, end, is_whole && end === text.length, records);
    return { dialect, table, records, offset: 0 };
  } finally {
    await file.close();
  }
}

/** As much as is looked at; so a bomb has no time to go off. */
async function unpackHead(packed: Buffer, is_whole: boolean): Promise<{ head: Buffer; is_whole: boolean }> {
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
    if (is_whole || length === 0) throw broken(error);
    return { head: Buffer.concat(pieces), is_whole: false };
  }
}

const broken = (cause: unknown): Problem =>
  new Problem("broken-file", "The gzip file is damaged or ends too early. Pack and send it again.", { cause });
