// Converts the table of an HTML page to CSV. Many programs write such pages with the ending .xls. If a page has several tables, reads the
// table whose header names the SKU, and every other table with the same header.
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { encodingOf, type Encoding } from "../../../../contract/imports/import-names.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import {
  addEvidence,
  cutCharacterBytes,
  detectByForm,
  judgeEvidence,
  noEvidence,
  type DetectedEncoding,
} from "../detect/detect-encoding.ts";
import { createDecoder, encodeText } from "../text/decoders.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "../text/new-file.ts";
import { bomLength } from "../text/transcode.ts";
import { createUnpackedCount, type CountUnpacked } from "../text/unpacked-size.ts";
import { findTable, HEAD_LENGTH, HEAD_ROWS, type SheetTable } from "../workbook/find-table.ts";
import { csvLine } from "../workbook/sheet-lines.ts";
import { createTableParser, type TableRow } from "./parse-tables.ts";
import { because } from "../../../../contract/problem-reasons.ts";

const CHUNK_BYTES = 65_536;
const MAX_TABLES = 1000;
/** The meta tag with the encoding is searched in this number of bytes. */
const META_BYTES = 4096;

/** Opens a stream of the page's bytes. Call it only where the stream is read immediately: a stream that nothing reads stays open. */
type ReadBytes = () => AsyncIterable<Buffer>;

/** Writes the table of the page at `path` as UTF-8 to the new file `target`.
 * @throws Problem unsupported-file, broken-file, encoding-in-doubt, unpacks-too-large, bad-header */
export async function convertHtml(
  path: string,
  target: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
  checkSpace?: SpaceCheck,
): Promise<Dialect> {
  const read: ReadBytes = () => createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const detected = await detectHtmlEncoding(await headOf(path), read, overrides);
  if (detected.doubt !== undefined) throw detected.doubt;
  const chosen = chooseTables(await readHeads(read, detected.encoding, signal), overrides);
  const count = createUnpackedCount((await stat(path)).size);
  const written = await createNewFile(target);
  const text = tableLines(read, detected.encoding, chosen, count);
  await pipeline(waitForSpace(text, checkSpace), written, signal ? { signal } : {});
  await checkNewFile(written);
  return dialectOf(detected, chosen);
}

/** Converts the first bytes of a page, or all of it, in memory. @throws Problem as convertHtml does */
export async function convertHtmlHead(
  bytes: Buffer,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; text: Buffer; doubt: Problem | undefined }> {
  const read: ReadBytes = () => oneChunk(bytes);
  const detected = await detectHtmlEncoding(bytes, read, overrides);
  const chosen = chooseTables(await readHeads(read, detected.encoding), overrides);
  const lines: Buffer[] = [];
  const count = createUnpackedCount(bytes.length);
  for await (const chunk of tableLines(read, detected.encoding, chosen, count)) lines.push(chunk);
  return { dialect: dialectOf(detected, chosen), text: Buffer.concat(lines), doubt: detected.doubt };
}

// eslint-disable-next-line @typescript-eslint/require-await -- callers read it as they read a stream
async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(META_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Returns the encoding that the sender gave. If the sender gave none, returns the encoding that the page's form, its meta tag or its
 * letters show. */
async function detectHtmlEncoding(
  head: Buffer,
  read: ReadBytes,
  { encoding: given }: DialectOverrides,
): Promise<DetectedEncoding> {
  if (given !== undefined) return { encoding: given };
  const formed = detectByForm(head);
  if (formed !== undefined) return { encoding: formed };
  const declared = /<meta\b[^>]{0,500}?charset\s*=\s*["']?([\w:.-]{1,40})/i.exec(
    head.toString("latin1", 0, META_BYTES),
  )?.[1];
  const encoding = declared === undefined ? undefined : encodingOf(declared);
  const evidence = noEvidence();
  for await (const chunk of wholeCharacters(read())) addEvidence(evidence, chunk, false);
  // Detect UTF-8 by its bytes first: a page that was saved again as UTF-8 may have kept its old meta tag.
  const shown = judgeEvidence(evidence);
  if (encoding === undefined) return shown;
  const isUtf8 = evidence.valid > evidence.invalid;
  if (isUtf8) return { encoding: "utf-8" };
  return encoding.startsWith("utf-") && evidence.invalid > 0 ? shown : { encoding };
}

/** Yields the chunks so that none of them begins within a UTF-8 character. */
async function* wholeCharacters(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.length - cutCharacterBytes(bytes);
    rest = bytes.subarray(end);
    yield bytes.subarray(0, end);
  }
  if (rest.length > 0) yield rest;
}

interface TableHead {
  index: number;
  rows: TableRow[];
  length: number;
}

interface ChosenTables {
  tables: ReadonlyMap<number, SheetTable>;
  first: SheetTable;
  width: number;
}

async function readHeads(read: ReadBytes, encoding: Encoding, signal?: AbortSignal): Promise<readonly TableHead[]> {
  const heads = new Map<number, TableHead>();
  let length = 0;
  const parser = createTableParser((row) => {
    const head = heads.get(row.table) ?? { index: row.table, rows: [], length: 0 };
    if (row.cells.length === 0 || head.rows.length >= HEAD_ROWS || length > HEAD_LENGTH) return;
    if (heads.size >= MAX_TABLES && !heads.has(row.table)) return;
    heads.set(row.table, head);
    length += row.cells.reduce((sum, cell) => sum + cell.length + 1, 0);
    head.rows.push(row);
  });
  for await (const text of decodeChunks(read(), encoding)) {
    signal?.throwIfAborted();
    parser.write(text);
  }
  parser.end();
  return [...heads.values()];
}

async function* decodeChunks(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = createDecoder(encoding);
  const text = new TextDecoder("utf-8");
  let isFirst = true;
  for await (const chunk of chunks) {
    const bytes = isFirst ? chunk.subarray(bomLength(chunk, encoding)) : chunk;
    isFirst = false;
    yield text.decode(decoder.decode(bytes), { stream: true });
  }
  yield text.decode(decoder.end(), { stream: true }) + text.decode();
}

function chooseTables(heads: readonly TableHead[], overrides: DialectOverrides): ChosenTables {
  const found = heads.flatMap(({ index, rows }) => {
    const table = findTable(rows, [], overrides);
    return table === undefined ? [] : [{ index, table, rows: rows.length }];
  });
  const rank = ({ table, rows }: (typeof found)[number]): number =>
    table.has_sku ? 1e6 + (table.has_records ? 2e6 : 0) + (table.has_name ? 1e6 : 0) : rows * Math.min(table.width, 2);
  const best = found.reduce<(typeof found)[number] | undefined>(
    (chosen, other) => (chosen === undefined || rank(other) > rank(chosen) ? other : chosen),
    undefined,
  );
  if (best === undefined)
    throw new Problem(
      "unsupported-file",
      "The file is a web page (HTML) without a table. Export the products as CSV or .xlsx from the program that made it.",
      { extra: because("web-page") },
    );
  const read = found.filter(
    ({ index, table }) => index === best.index || (table.columns !== undefined && table.columns === best.table.columns),
  );
  return {
    tables: new Map(read.map(({ index, table }) => [index, table])),
    first: (read[0] as (typeof found)[number]).table,
    width: read.reduce((width, { table }) => Math.max(width, table.width), 0),
  };
}

/** Converts the rows of the chosen tables to lines. Rows above the header become blank lines, so that line numbers are row numbers. */
async function* tableLines(
  read: ReadBytes,
  encoding: Encoding,
  { tables, first, width }: ChosenTables,
  count: CountUnpacked,
): AsyncGenerator<Buffer> {
  let lines = "";
  const parser = createTableParser(({ table: index, number, cells }) => {
    const table = tables.get(index);
    if (table === undefined) return;
    const isRepeatedHeader = number === table.header && table !== first;
    const names = number === table.header ? (table.joined?.names ?? cells) : cells;
    const isBlank = number <= table.preamble || isRepeatedHeader || cells.length === 0 || number < (table.header ?? 0);
    const line = isBlank ? "\n" : csvLine({ cells: names }, width);
    count(line.length);
    lines += line;
  });
  for await (const text of decodeChunks(read(), encoding)) {
    parser.write(text);
    if (lines === "") continue;
    yield encodeText(lines);
    lines = "";
  }
  parser.end();
  if (lines !== "") yield encodeText(lines);
}

const dialectOf = ({ encoding, alternatives }: DetectedEncoding, { first }: ChosenTables): Dialect => ({
  format: "html",
  encoding,
  ...(alternatives === undefined ? {} : { encoding_alternatives: alternatives }),
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "row",
  header: first.header !== undefined,
  preamble: 0,
  formula_escape: false,
});
