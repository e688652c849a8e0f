// Turns a workbook into the text that the rest of the reader takes: its first table, a row a record, as canonical CSV. The other
// sheets with the same header follow it. Rows before the header and those that are not there become blank lines, so that a
// line's number is the row's.
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { matchColumns } from "../match-columns.ts";
import { checkNewFile, createNewFile } from "../new-file.ts";
import { createUnpackedCount, type CountUnpacked } from "../unpacked-size.ts";
import { findTable, HEAD_LENGTH, HEAD_ROWS, type SheetTable } from "./find-table.ts";
import { openPackage, type Package } from "./open-package.ts";
import { readSheet, type CellContext, type SheetRow } from "./read-sheet.ts";
import { readStrings } from "./read-strings.ts";
import { createStringStore } from "./string-store.ts";
import { readParts, type SheetPart, type WorkbookParts } from "./workbook-parts.ts";

/** Sheets that are looked at for a table. */
const MAX_SHEETS = 200;
/** Characters that are written at once, and a row more. */
const PIECE_LENGTH = 1 << 20;

interface Found extends SheetPart {
  table: SheetTable | undefined;
}

/** Writes the table of the workbook at `path` to the new file `target` and says how it is written there, and which sheets it is of.
 * Needs `<target>.strings` for itself. What was written when it throws is the caller's to remove.
 * @param enough characters, after which the rest is left out
 * @throws Problem unsupported-file, broken-workbook, unpacks-too-large, empty-file */
export async function convertWorkbook(
  path: string,
  target: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
  enough = Infinity,
): Promise<Dialect> {
  const { size } = await stat(path);
  const file = await openPackage(path, size);
  const strings_path = `${target}.strings`;
  const store = createStringStore(strings_path);
  try {
    const parts = await readParts(file);
    if (parts.strings !== undefined) await readStrings(parts.strings, file.read(parts.strings), store, signal);
    const context: CellContext = { ...parts, strings: store };
    const sheets = await findTables(file, parts, context, overrides, signal);
    const chosen = sheets.find(hasSku) ?? sheets.find(({ table }) => table !== undefined);
    if (chosen?.table === undefined) throw nothingIn(overrides.sheet);
    const read = sheets.filter((sheet) => sheet === chosen || isContinued(chosen.table as SheetTable, sheet));
    const text = bounded(lines(file, read, context, signal), createUnpackedCount(size), enough);
    const written = await createNewFile(target);
    await pipeline(text, written, signal ? { signal } : {});
    await checkNewFile(written);
    return {
      ...{ format: "xlsx", encoding: "utf-8", delimiter: ",", quote: '"', escape: '"', line_ending: "row" },
      ...{ header: chosen.table.header !== undefined, preamble: 0, formula_escape: false },
      sheets: parts.sheets.map(({ name, part }) => ({ name, read: read.some((other) => other.part === part) })),
    };
  } finally {
    store.close();
    await rm(strings_path, { force: true });
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

/** The sheet that is said, else those that are shown, or all where none is; each with its table. */
async function findTables(
  file: Package,
  { sheets }: WorkbookParts,
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
        if (row.cells.length === 0) continue;
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
  const names = sheets.slice(0, MAX_SHEETS).map(({ name }) => `"${name}"`);
  throw new Problem("no-such-sheet", `The workbook has no sheet "${said}". It has: ${names.join(", ")}.`);
}

const hasSku = ({ table }: Found): boolean =>
  table?.header !== undefined && matchColumns(table.header.cells).some(({ target }) => target === "sku");

const isContinued = ({ header }: SheetTable, { table }: Found): boolean =>
  header !== undefined && JSON.stringify(table?.header?.cells) === JSON.stringify(header.cells);

/** Cells that share a text, and blank ones, make more of it than was packed. */
async function* bounded(texts: AsyncIterable<string>, count: CountUnpacked, enough: number): AsyncGenerator<string> {
  let length = 0;
  for await (const text of texts) {
    count(text.length);
    yield text;
    length += text.length;
    if (length >= enough) return;
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
    const first_row = index === 0 ? (table?.preamble ?? 0) : (table?.header?.number ?? 0);
    let last = 0;
    for await (const rows of readSheet(part, file.read(part), context)) {
      signal?.throwIfAborted();
      let text = "";
      for (const { number, cells } of rows) {
        // In a table of one column a blank line would be a record.
        if (width > 1) text += "\n".repeat(number - last - 1);
        last = number;
        if (cells.length > 0 && number > first_row) text += line(cells, width);
        else if (width > 1) text += "\n";
        if (text.length < PIECE_LENGTH) continue;
        yield text;
        text = "";
      }
      yield text;
    }
  }
}

/** @param cells one at least */
function line(cells: readonly string[], width: number): string {
  let text = "";
  for (const [i, cell] of cells.entries()) {
    if (i > 0) text += ",";
    if (cell !== "") text += `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;
  }
  return `${text}${",".repeat(Math.max(width - cells.length, 0))}\n`;
}
