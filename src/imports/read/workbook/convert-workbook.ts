// Converts a workbook to canonical CSV: the table that fits best, and the tables of other sheets with the same header. Each row
// becomes a record.
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "../text/new-file.ts";
import { chooseSheets, type SheetReader, type SheetSource } from "./choose-sheets.ts";
import { readMerged } from "./merged/read-merged.ts";
import { openFlatFile } from "./ods/flat-file.ts";
import { openOdsSheets } from "./ods/ods-sheets.ts";
import { openPackage, type Package } from "./open-package.ts";
import { readSheet } from "./read-sheet.ts";
import { readStrings } from "./read-strings.ts";
import { sheetLines } from "./sheet-lines.ts";
import { createStringStore, type StringStore } from "./string-store.ts";
import { createWorkBudget, type WorkBudget } from "./work-budget.ts";
import { readParts, type SheetPart } from "./workbook-parts.ts";
import { openXlsFile, openXlsSheets, type XlsFile } from "./xls/xls-sheets.ts";

/** Maximum number of bytes of shared strings and table text that a preview holds in memory. Among the workbooks that are small
 * enough for a preview, only hostile ones have more. */
const MAX_TEXTS_IN_MEMORY = 48 << 20;

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
 * @param source the path of the workbook's file, or all of its bytes
 * @throws Problem as convertWorkbook does */
export async function convertHead(
  source: string | Buffer,
  minBytes: number,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; text: Buffer }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const size = typeof source === "string" ? (await stat(source)).size : source.length;
  const budget = createWorkBudget(size, MAX_TEXTS_IN_MEMORY);
  const dialect = await withTable({ source, overrides, budget }, async (text) => {
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
  const file = openXlsFile(source) ?? (await openFlatFile(source, budget)) ?? (await openPackage(source, budget));
  const store = createStringStore(strings_path);
  try {
    const opened = await openSheets(file, store, budget, signal);
    const source: SheetSource = { reader: opened, overrides, signal };
    const { read, has_sku } = await chooseSheets(source, opened.sheets);
    await write(countStored(sheetLines(source, read, budget), budget));
    return {
      format: file.kind,
      encoding: "utf-8",
      delimiter: ",",
      quote: '"',
      escape: '"',
      line_ending: "row",
      header: read[0]?.table.header !== undefined,
      preamble: 0,
      formula_escape: false,
      sheets: opened.sheets.map(({ name, part, is_hidden }) => ({
        name,
        read: read.some((sheet) => sheet.part === part),
        ...(is_hidden ? { hidden: true } : {}),
        ...(has_sku.has(part) ? { has_sku: has_sku.get(part) } : {}),
      })),
    };
  } finally {
    store.close();
    file.close();
  }
}

async function openSheets(
  file: Package | XlsFile,
  store: StringStore,
  budget: WorkBudget,
  signal: AbortSignal | undefined,
): Promise<SheetReader & { sheets: SheetPart[] }> {
  switch (file.kind) {
    case "xls":
      return openXlsSheets(file, store, budget, signal);
    case "ods":
      return openOdsSheets(file, budget, signal);
    case "xlsx":
      return openExcelSheets(file, store, budget, signal);
  }
}

async function openExcelSheets(
  file: Package,
  store: StringStore,
  budget: WorkBudget,
  signal: AbortSignal | undefined,
): Promise<SheetReader & { sheets: SheetPart[] }> {
  const parts = await readParts(file, budget);
  if (parts.strings !== undefined) await readStrings(parts.strings, file.read(parts.strings), store, budget, signal);
  const context = { ...parts, strings: store, budget };
  return {
    sheets: parts.sheets,
    rows: (part) => readSheet(part, file.read(part), context),
    merged: (part, near) => readMerged(part, file.read(part), near, budget, signal),
  };
}

/** Encodes the text and counts its bytes against the budget. */
async function* countStored(texts: AsyncIterable<string>, budget: WorkBudget): AsyncGenerator<Buffer> {
  for await (const text of texts) {
    const bytes = Buffer.from(text);
    budget.countStored(bytes.length);
    yield bytes;
  }
}
