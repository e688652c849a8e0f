// Reads the sheets of an old workbook (.xls): of Excel 97 to 2003 (BIFF8), or of Excel 5 and 95 (BIFF5).
import { openSync, readSync, closeSync } from "node:fs";
import { openBytes, type FileBytes } from "../../text/file-bytes.ts";
import { brokenWorkbook } from "../broken-workbook.ts";
import type { SheetReader } from "../choose-sheets.ts";
import { mergedCells } from "../merged/read-merged.ts";
import type { SheetRow } from "../read-sheet.ts";
import type { StringStore } from "../string-store.ts";
import type { WorkBudget } from "../work-budget.ts";
import type { SheetPart } from "../workbook-parts.ts";
import { CellReader, type Band } from "./cell-records.ts";
import { openCompound, type ByteStream } from "./compound-file.ts";
import { isCompound, isXls } from "../../detect/workbook-format.ts";
import { workbookEntry } from "./name-compound.ts";
import { readGlobals, type Globals, type XlsSheet } from "./read-globals.ts";
import type { RecordSource } from "./record-reader.ts";
import { RowCollector } from "./row-collector.ts";
import { MAX_RANGES, readOutline, sheetRecords, type SheetOutline } from "./sheet-outline.ts";

const START_BYTES = 8;

export interface XlsFile {
  kind: "xls";
  stream: ByteStream;
  close(): void;
}

/** Returns undefined if the file is not an old workbook.
 * @param source the path of the file, or all of its bytes
 * @throws Problem broken-workbook, unsupported-file for other compound files */
export function openXlsFile(source: string | Buffer): XlsFile | undefined {
  const head = typeof source === "string" ? readStart(source) : source.subarray(0, START_BYTES);
  if (!isXls(head)) return undefined;
  const file = openBytes(source, brokenWorkbook);
  try {
    const stream = isCompound(head) ? workbookStream(file) : bareStream(file);
    return {
      kind: "xls",
      stream,
      close: () => {
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function readStart(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(START_BYTES);
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

function workbookStream(file: FileBytes): ByteStream {
  const compound = openCompound(file);
  return compound.open(workbookEntry(compound));
}

const bareStream = (file: FileBytes): ByteStream => ({
  size: file.size,
  read: (start, end) => file.read(Math.min(start, file.size), Math.min(end, file.size)),
});

/** @throws Problem unsupported-file, broken-workbook, unpacks-too-large */
export async function openXlsSheets(
  { stream }: XlsFile,
  store: StringStore,
  budget: WorkBudget,
  signal: AbortSignal | undefined,
): Promise<SheetReader & { sheets: SheetPart[] }> {
  const source: RecordSource = { stream, budget, signal };
  const globals = await readGlobals(source, store);
  const sheets = new Map(globals.sheets.map((sheet) => [sheet.part, sheet]));
  const outlines = new Map<XlsSheet, SheetOutline>();
  const room = { ranges: MAX_RANGES };
  const outlineOf = async (part: string): Promise<{ sheet: XlsSheet; outline: SheetOutline }> => {
    const sheet = sheets.get(part) as XlsSheet;
    const outline = outlines.get(sheet) ?? (await readOutline(source, sheet, room));
    outlines.set(sheet, outline);
    return { sheet, outline };
  };
  return {
    sheets: globals.sheets,
    async *rows(part) {
      const { sheet, outline } = await outlineOf(part);
      if (outline.bands === undefined) yield* readRows(source, sheet, { globals, store });
      else for (const band of outline.bands) yield* readRows(source, sheet, { globals, store, band });
    },
    async merged(part, near) {
      return mergedCells((await outlineOf(part)).outline.ranges, near);
    },
  };
}

/** @param band the rows to read; undefined for all rows, if they are in order */
async function* readRows(
  source: RecordSource,
  sheet: XlsSheet,
  { globals, store, band }: { globals: Globals; store: StringStore; band?: Band },
): AsyncGenerator<SheetRow[]> {
  const rows = new RowCollector(band === undefined, source.budget);
  const context = { ...globals, name: sheet.name, strings: store, band };
  const cells = new CellReader(context, (row, column, text, isValue) => {
    rows.add(row, column, text, isValue);
  });
  const records = sheetRecords(source, sheet, (reader) => {
    cells.read(reader);
    return rows.isFull();
  });
  while ((await records.next()).done !== true) if (band === undefined) yield rows.take(false);
  cells.end();
  yield rows.take(true);
}
