// Converts a workbook to canonical CSV: the first table, followed by the tables of other sheets with the same header. Each row
// becomes a record. Rows above the header and missing rows become blank lines, so that line numbers are row numbers.
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "../text/new-file.ts";
import { findTable, HEAD_LENGTH, HEAD_ROWS, type SheetTable } from "./find-table.ts";
import { openPackage, type Package } from "./open-package.ts";
import { readSheet, type CellContext, type SheetRow } from "./read-sheet.ts";
import { readStrings } from "./read-strings.ts";
import { createStringStore } from "./string-store.ts";
import { createWorkBudget, type WorkBudget } from "./work-budget.ts";
import { readParts, type SheetPart } from "./workbook-parts.ts";

/** Maximum number of sheets that are searched for a table. */
const MAX_SHEETS = 200;
/** Maximum number of sheets that a message lists. */
const LISTED_SHEETS = 50;
/** Rows are collected until a chunk of text has at least this many characters. */
const CHUNK_LENGTH = 1 << 20;
/** Maximum number of bytes of shared strings and table text that a preview holds in memory. Of the workbooks that are small
 * enough for a preview, only hostile ones have more. */
const MAX_TEXTS_IN_MEMORY = 48 << 20;

interface InspectedSheet extends SheetPart {
  table: SheetTable | undefined;
}

/**
 * Writes the table of the workbook at `path` to the new file `target`. Returns the dialect of that file and the sheets that the
 * table was read from. Uses `<target>.strings` as a scratch file. If this function throws, the caller removes `target`.
 * @throws Problem unsupported-file, broken-workbook, unpacks-too-large, bad-header, empty-file, no-such-sheet
 */
export async function convertWorkbook(
  path: string,
  target: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
  checkSpace?: SpaceCheck,
): Promise<Dialect> {
  const { size } = await stat(path);
  const stringsPath = `${target}.strings`;
  try {
    const budget = createWorkBudget(size);
    // Check the disk space here for the file of shared strings: its writes are synchronous and cannot wait for a check.
    await checkSpace?.(size);
    return await withTable({ source: path, strings_path: stringsPath, overrides, budget, signal }, async (text) => {
      const written = await createNewFile(target);
      await pipeline(waitForSpace(text, checkSpace), written, signal ? { signal } : {});
      await checkNewFile(written);
    });
  } finally {
    await rm(stringsPath, { force: true });
  }
}

/** Converts at least the first `minBytes` of the table, or all of it, in memory.
 * @throws Problem as convertWorkbook does */
export async function convertHead(
  bytes: Buffer,
  minBytes: number,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; text: Buffer }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const budget = createWorkBudget(bytes.length, MAX_TEXTS_IN_MEMORY);
  const dialect = await withTable({ source: bytes, overrides, budget }, async (text) => {
    for await (const chunk of text) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= minBytes) return;
    }
  });
  return { dialect, text: Buffer.concat(chunks) };
}

interface Conversion {
  /** The path of the workbook's file, or all of its bytes. */
  source: string | Buffer;
  /** Path of the file for the shared strings. If undefined, they are held in memory. */
  strings_path?: string;
  overrides: DialectOverrides;
  budget: WorkBudget;
  signal?: AbortSignal | undefined;
}

async function withTable(
  { source, strings_path, overrides, budget, signal }: Conversion,
  write: (text: AsyncIterable<Buffer>) => Promise<void>,
): Promise<Dialect> {
  const file = await openPackage(source, budget);
  const store = createStringStore(strings_path);
  try {
    const parts = await readParts(file, budget);
    if (parts.strings !== undefined) await readStrings(parts.strings, file.read(parts.strings), store, budget, signal);
    const context: CellContext = { ...parts, strings: store, budget };
    const sheets = await findTables(file, parts.sheets, context, overrides, signal);
    const chosen = sheets.find(({ table }) => table?.has_sku) ?? sheets.find(({ table }) => table !== undefined);
    if (chosen?.table === undefined) throw emptyTable(overrides.sheet);
    const read = sheets.filter((sheet) => sheet === chosen || isContinued(chosen.table as SheetTable, sheet));
    await write(countStored(lines(file, read, context, signal), budget));
    return {
      format: "xlsx",
      encoding: "utf-8",
      delimiter: ",",
      quote: '"',
      escape: '"',
      line_ending: "row",
      header: chosen.table.header !== undefined,
      preamble: 0,
      formula_escape: false,
      sheets: parts.sheets.map(({ name, part }) => ({ name, read: read.some((sheet) => sheet.part === part) })),
    };
  } finally {
    store.close();
    file.close();
  }
}

const emptyTable = (sheet: string | undefined): Problem =>
  new Problem(
    "empty-file",
    sheet === undefined
      ? "All sheets of the workbook are empty. Check the export that made it."
      : `The sheet "${sheet}" is empty. Choose another one.`,
  );

/** Searches the candidate sheets for their tables. */
async function findTables(
  file: Package,
  sheets: readonly SheetPart[],
  context: CellContext,
  overrides: DialectOverrides,
  signal: AbortSignal | undefined,
): Promise<InspectedSheet[]> {
  const found: InspectedSheet[] = [];
  for (const sheet of candidates(sheets, overrides.sheet).slice(0, MAX_SHEETS)) {
    const head: SheetRow[] = [];
    let length = 0;
    rows: for await (const rows of readSheet(sheet.part, file.read(sheet.part), context)) {
      signal?.throwIfAborted();
      for (const row of rows) {
        if (row.cells.length === 0 && row.beyond === undefined) continue;
        head.push(row);
        length += row.cells.reduce((sum, cell) => sum + cell.length + 1, 0);
        if (head.length >= HEAD_ROWS || length > HEAD_LENGTH) break rows;
      }
    }
    found.push({ ...sheet, table: findTable(head, overrides) });
  }
  return found;
}

/** Returns the sheet that the sender has named. If none was named, returns the visible sheets, or all sheets if none is visible. */
function candidates(sheets: readonly SheetPart[], given: string | undefined): SheetPart[] {
  if (given === undefined) {
    const visible = sheets.filter(({ is_hidden }) => !is_hidden);
    return [...(visible.length > 0 ? visible : sheets)];
  }
  const named = sheets.filter(({ name }) => name === given);
  if (named.length > 0) return named;
  const names = sheets.slice(0, LISTED_SHEETS).map(({ name }) => `"${name}"`);
  const more = sheets.length > LISTED_SHEETS ? ` and ${sheets.length - LISTED_SHEETS} more` : "";
  throw new Problem(
    "no-such-sheet",
    `The workbook has no sheet "${given}". Its sheets are: ${names.join(", ")}${more}.`,
  );
}

const isContinued = ({ columns }: SheetTable, { table }: InspectedSheet): boolean =>
  columns !== undefined && table?.columns === columns;

/** Encodes the text and counts its bytes against the budget. */
async function* countStored(texts: AsyncIterable<string>, budget: WorkBudget): AsyncGenerator<Buffer> {
  for await (const text of texts) {
    const bytes = Buffer.from(text);
    budget.countStored(bytes.length);
    yield bytes;
  }
}

/** Converts the sheets to lines, in chunks of text. */
async function* lines(
  file: Package,
  sheets: readonly InspectedSheet[],
  context: CellContext,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const width = sheets.reduce((most, { table }) => Math.max(most, table?.width ?? 0), 0);
  for (const [index, { part, table }] of sheets.entries()) {
    const firstRow = index === 0 ? (table?.preamble ?? 0) : (table?.header ?? 0);
    let last = 0;
    for await (const rows of readSheet(part, file.read(part), context)) {
      signal?.throwIfAborted();
      let text = "";
      for (const row of rows) {
        text += "\n".repeat(row.number - last - 1);
        last = row.number;
        const isBlank = row.cells.length === 0 && row.beyond === undefined;
        text += isBlank || row.number <= firstRow ? "\n" : line(row, width);
        if (text.length < CHUNK_LENGTH) continue;
        yield text;
        text = "";
      }
      if (text !== "") yield text;
    }
  }
}

/** Converts a row that is not blank. If the row has a cell beyond the last column, the line gets one field too many. The row is
 * then rejected with that cell as its value, but without the thousands of blank cells before it. */
function line({ cells, beyond }: SheetRow, width: number): string {
  let text = "";
  let at = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string;
    if (cell === "") continue;
    // Write a run of blank cells at once. Written one by one, 40 million of them took 10 s.
    text += i - at === 1 ? `,${quoted(cell)}` : `${",".repeat(i - at)}${quoted(cell)}`;
    at = i;
  }
  text += ",".repeat(Math.max(width, cells.length, 1) - 1 - at);
  return beyond === undefined ? `${text}\n` : `${text},${quoted(beyond.text)}\n`;
}

const quoted = (cell: string): string => `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;
