// Turns a workbook into the text that the rest of the reader takes: its first table, a row a record, as canonical CSV. The other
// sheets with the same header follow it. Rows before the header and those that are not there become blank lines, so that a
// line's number is the row's.
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { asRoomAllows, checkNewFile, createNewFile, type RoomCheck } from "../text/new-file.ts";
import { findTable, HEAD_LENGTH, HEAD_ROWS, type SheetTable } from "./find-table.ts";
import { openPackage, type Package } from "./open-package.ts";
import { readSheet, type CellContext, type SheetRow } from "./read-sheet.ts";
import { readStrings } from "./read-strings.ts";
import { createStringStore } from "./string-store.ts";
import { createWorkBudget, type WorkBudget } from "./work-budget.ts";
import { readParts, type SheetPart } from "./workbook-parts.ts";

/** Sheets that are searched for a table. */
const MAX_SHEETS = 200;
/** Names of sheets in a message. */
const SHOWN_SHEETS = 50;
/** Characters that are written at once, and a row more. */
const PIECE_LENGTH = 1 << 20;
/** Bytes of a small workbook's texts that are kept in memory: more than the largest that is previewed has, unless it is made to. */
const MAX_TEXTS_IN_MEMORY = 48 << 20;

interface Found extends SheetPart {
  table: SheetTable | undefined;
}

/** Writes the table of the workbook at `path` to the new file `target` and returns how it is written there, and which sheets it is of.
 * Needs `<target>.strings` for itself. The caller removes what was written when it throws.
 * @throws Problem unsupported-file, broken-workbook, unpacks-too-large, bad-header, empty-file, no-such-sheet */
export async function convertWorkbook(
  path: string,
  target: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
  room?: RoomCheck,
): Promise<Dialect> {
  const { size } = await stat(path);
  const stringsPath = `${target}.strings`;
  try {
    const budget = createWorkBudget(size);
    // The texts that its cells share are written first.
    await room?.(size);
    return await withTable({ source: path, strings_path: stringsPath, overrides, budget, signal }, async (text) => {
      const written = await createNewFile(target);
      await pipeline(asRoomAllows(text, room), written, signal ? { signal } : {});
      await checkNewFile(written);
    });
  } finally {
    await rm(stringsPath, { force: true });
  }
}

/** The table's first `enough` bytes and a piece more, without any file.
 * @throws Problem as convertWorkbook does */
export async function convertHead(
  bytes: Buffer,
  enough: number,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; text: Buffer }> {
  const pieces: Buffer[] = [];
  let length = 0;
  const budget = createWorkBudget(bytes.length, MAX_TEXTS_IN_MEMORY);
  const dialect = await withTable({ source: bytes, overrides, budget }, async (text) => {
    for await (const piece of text) {
      pieces.push(piece);
      length += piece.length;
      if (length >= enough) return;
    }
  });
  return { dialect, text: Buffer.concat(pieces) };
}

interface Conversion {
  /** The file's path or all of its bytes. */
  source: string | Buffer;
  /** Where shared texts are kept; undefined = in memory. */
  strings_path?: string;
  overrides: DialectOverrides;
  budget: WorkBudget;
  signal?: AbortSignal | undefined;
}

async function withTable(
  { source, strings_path, overrides, budget, signal }: Conversion,
  take: (text: AsyncIterable<Buffer>) => Promise<void>,
): Promise<Dialect> {
  const file = await openPackage(source, budget);
  const store = createStringStore(strings_path);
  try {
    const parts = await readParts(file, budget);
    if (parts.strings !== undefined) await readStrings(parts.strings, file.read(parts.strings), store, budget, signal);
    const context: CellContext = { ...parts, strings: store, budget };
    const sheets = await findTables(file, parts.sheets, context, overrides, signal);
    const chosen = sheets.find(({ table }) => table?.has_sku) ?? sheets.find(({ table }) => table !== undefined);
    if (chosen?.table === undefined) throw nothingIn(overrides.sheet);
    const read = sheets.filter((sheet) => sheet === chosen || isContinued(chosen.table as SheetTable, sheet));
    await take(bounded(lines(file, read, context, signal), budget));
    return {
      ...{ format: "xlsx", encoding: "utf-8", delimiter: ",", quote: '"', escape: '"', line_ending: "row" },
      ...{ header: chosen.table.header !== undefined, preamble: 0, formula_escape: false },
      sheets: parts.sheets.map(({ name, part }) => ({ name, read: read.some((other) => other.part === part) })),
    };
  } finally {
    store.close();
    file.close();
  }
}

const nothingIn = (sheet: string | undefined): Problem =>
  new Problem(
    "empty-file",
    sheet === undefined
      ? "No sheet of the workbook holds anything. Check the export that made it."
      : `The sheet "${sheet}" holds nothing. Choose another one.`,
  );

/** The sheet that is named, else those that are shown, or all where none is; each with its table. */
async function findTables(
  file: Package,
  sheets: readonly SheetPart[],
  context: CellContext,
  overrides: DialectOverrides,
  signal: AbortSignal | undefined,
): Promise<Found[]> {
  const found: Found[] = [];
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

function candidates(sheets: readonly SheetPart[], said: string | undefined): SheetPart[] {
  if (said === undefined) {
    const shown = sheets.filter(({ is_hidden }) => !is_hidden);
    return [...(shown.length > 0 ? shown : sheets)];
  }
  const named = sheets.filter(({ name }) => name === said);
  if (named.length > 0) return named;
  const names = sheets.slice(0, SHOWN_SHEETS).map(({ name }) => `"${name}"`);
  const more = sheets.length > SHOWN_SHEETS ? ` and ${sheets.length - SHOWN_SHEETS} more` : "";
  throw new Problem("no-such-sheet", `The workbook has no sheet "${said}". It has: ${names.join(", ")}${more}.`);
}

const isContinued = ({ columns }: SheetTable, { table }: Found): boolean =>
  columns !== undefined && table?.columns === columns;

async function* bounded(texts: AsyncIterable<string>, budget: WorkBudget): AsyncGenerator<Buffer> {
  for await (const text of texts) {
    const bytes = Buffer.from(text);
    budget.kept(bytes.length);
    yield bytes;
  }
}

async function* lines(
  file: Package,
  sheets: readonly Found[],
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
        // In a table of one column a blank line would be a record.
        if (width > 1) text += "\n".repeat(row.number - last - 1);
        last = row.number;
        if ((row.cells.length > 0 || row.beyond !== undefined) && row.number > firstRow) text += line(row, width);
        else if (width > 1) text += "\n";
        if (text.length < PIECE_LENGTH) continue;
        yield text;
        text = "";
      }
      if (text !== "") yield text;
    }
  }
}

/** @param row with one cell at least. One beyond the last column makes a field too many, so that the row is rejected and shows the cell,
 * without the thousands of blank cells before it. */
function line({ cells, beyond }: SheetRow, width: number): string {
  let text = "";
  let at = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string;
    if (cell === "") continue;
    // Blank cells at once: one by one, 40 million of them took 10 s
    text += i - at === 1 ? `,${quoted(cell)}` : `${",".repeat(i - at)}${quoted(cell)}`;
    at = i;
  }
  text += ",".repeat(Math.max(width, cells.length, 1) - 1 - at);
  return beyond === undefined ? `${text}\n` : `${text},${quoted(beyond.text)}\n`;
}

const quoted = (cell: string): string => `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;
