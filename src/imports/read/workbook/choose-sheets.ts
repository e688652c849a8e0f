// Chooses the sheets of a workbook that are imported: the sheet whose header fits a product best, and the sheets that continue its table.
import type { DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { findTable, HEAD_LENGTH, HEAD_ROWS, type SheetTable } from "./find-table.ts";
import { MAX_HEADER_ROWS } from "./merged/join-header.ts";
import { NO_MERGED_CELLS, type MergedCells, type MergedRange } from "./merged/read-merged.ts";
import type { SheetRow } from "./read-sheet.ts";
import type { SheetPart } from "./workbook-parts.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** Maximum number of sheets that are searched for a table. */
const MAX_SHEETS = 200;
/** Maximum number of sheets that a message lists. */
const LISTED_SHEETS = 50;

/** Reads the sheets of a workbook, whatever its format. */
export interface SheetReader {
  /** Yields the rows of the sheet in chunks. Rows without cells may be missing.
   * @param part the part of the workbook that contains the sheet, as in the list of sheets
   * @throws Problem broken-workbook, unpacks-too-large */
  rows(part: string): AsyncIterable<SheetRow[]>;
  /** @param near the rows near the header
   * @throws Problem as `rows` does */
  merged(part: string, near: { first: number; last: number }): Promise<MergedCells>;
}

export interface SheetSource {
  reader: SheetReader;
  overrides: DialectOverrides;
  signal: AbortSignal | undefined;
}

interface InspectedSheet extends SheetPart {
  table: SheetTable | undefined;
  /** Undefined if the sheet's merged cells have not been read. */
  merged: MergedCells | undefined;
}

/** A sheet whose rows are imported. */
export interface ReadSheet extends SheetPart {
  table: SheetTable;
  merged: MergedCells;
}

export interface ChosenSheets {
  read: ReadSheet[];
  /** Whether each inspected sheet has a SKU column. The keys are the names of the sheets' parts in the workbook file. */
  has_sku: ReadonlyMap<string, boolean>;
}

/** @throws Problem empty-file, no-such-sheet, bad-header, broken-workbook, unpacks-too-large */
export async function chooseSheets(source: SheetSource, sheets: readonly SheetPart[]): Promise<ChosenSheets> {
  const candidates = listCandidates(sheets, source.overrides.sheet).slice(0, MAX_SHEETS);
  let inspected = await inspectAll(source, candidates);
  // The name of the SKU column may be in merged cells of several rows, so read the merged cells.
  if (!inspected.some(hasSku)) inspected = await mergeAll(source, inspected);
  const best = bestOf(inspected);
  const others = inspected.some(hasSku) ? [] : await inspectOthers(source, sheets, candidates);
  if (best === undefined) throw emptyTable(source.overrides.sheet, others.filter(hasSku));
  const continued = inspected.filter(({ table }) => isContinued(table, best.table));
  const merged = await mergeAll(source, continued);
  const chosen = merged.find(({ part }) => part === best.part) as InspectedSheet;
  const read = merged.filter((sheet) => sheet === chosen || isContinued(sheet.table, chosen.table)) as ReadSheet[];
  return { read, has_sku: new Map([...inspected, ...others].map((sheet) => [sheet.part, hasSku(sheet)])) };
}

const hasSku = ({ table }: InspectedSheet): boolean => table?.has_sku === true;

/**
 * Returns the sheet that fits best, or the first one of several that fit equally well. A sheet with explanations may also name the SKU, but
 * rarely has a name column and rows below the header.
 */
function bestOf(sheets: readonly InspectedSheet[]): InspectedSheet | undefined {
  const rank = ({ table }: InspectedSheet): number => {
    if (table === undefined) return -1;
    return table.has_sku ? 1 + (table.has_records ? 2 : 0) + (table.has_name ? 1 : 0) : 0;
  };
  let best: InspectedSheet | undefined;
  for (const sheet of sheets) if (rank(sheet) > (best === undefined ? -1 : rank(best))) best = sheet;
  return best;
}

const isContinued = (table: SheetTable | undefined, chosen: SheetTable | undefined): boolean =>
  table === chosen || (table?.columns !== undefined && table.columns === chosen?.columns);

async function inspectAll(source: SheetSource, sheets: readonly SheetPart[]): Promise<InspectedSheet[]> {
  const inspected: InspectedSheet[] = [];
  for (const sheet of sheets) inspected.push({ ...sheet, table: await inspect(source, sheet, []), merged: undefined });
  return inspected;
}

/** Inspects the sheets that are not imported, for the message about a missing SKU column. Sheets with a header that cannot be read
 * do not matter. */
async function inspectOthers(
  source: SheetSource,
  sheets: readonly SheetPart[],
  candidates: readonly SheetPart[],
): Promise<InspectedSheet[]> {
  const others = sheets.filter(({ part }) => !candidates.some((candidate) => candidate.part === part));
  const overrides = { ...source.overrides };
  delete overrides.sheet;
  return inspectAll({ ...source, overrides }, others.slice(0, MAX_SHEETS - candidates.length));
}

/** Searches the first rows of a sheet for its table. */
async function inspect(
  { reader, overrides, signal }: SheetSource,
  { part }: SheetPart,
  ranges: readonly MergedRange[],
): Promise<SheetTable | undefined> {
  const head: SheetRow[] = [];
  let length = 0;
  rows: for await (const rows of reader.rows(part)) {
    signal?.throwIfAborted();
    for (const row of rows) {
      if (row.cells.length === 0 && row.beyond === undefined) continue;
      head.push(row);
      length += row.cells.reduce((sum, cell) => sum + cell.length + 1, 0);
      if (head.length >= HEAD_ROWS || length > HEAD_LENGTH) break rows;
    }
  }
  return findTable(head, ranges, overrides);
}

/** Reads the merged cells of the sheets. Inspects a sheet again if its header contains merged cells. */
async function mergeAll(source: SheetSource, sheets: readonly InspectedSheet[]): Promise<InspectedSheet[]> {
  const { reader, signal } = source;
  const merged: InspectedSheet[] = [];
  for (const sheet of sheets) {
    signal?.throwIfAborted();
    if (sheet.merged !== undefined || sheet.table === undefined) {
      merged.push({ ...sheet, merged: sheet.merged ?? NO_MERGED_CELLS });
      continue;
    }
    const header = sheet.table.header ?? 0;
    const near = { first: header - MAX_HEADER_ROWS, last: header + MAX_HEADER_ROWS };
    const cells = await reader.merged(sheet.part, near);
    const table = cells.near.length === 0 ? sheet.table : await inspect(source, sheet, cells.near);
    merged.push({ ...sheet, table, merged: cells });
  }
  return merged;
}

/** Returns the sheet that the sender has named. If none was named, returns the visible sheets, or all sheets if none is visible. */
function listCandidates(sheets: readonly SheetPart[], given: string | undefined): SheetPart[] {
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
    { extra: because("sheet-missing", { sheet: given, sheets: names.join(", ") }) },
  );
}

function emptyTable(sheet: string | undefined, others: readonly SheetPart[]): Problem {
  const [other] = others;
  const advice =
    other === undefined
      ? ""
      : ` The ${other.is_hidden ? "hidden " : ""}sheet "${other.name}" has a SKU column: choose that sheet.`;
  if (sheet !== undefined)
    return new Problem("empty-file", `The sheet "${sheet}" is empty.${advice || " Choose another one."}`, {
      extra: because("empty-sheet", { sheet }),
    });
  return new Problem(
    "empty-file",
    other === undefined
      ? "All sheets of the workbook are empty. Check the export that made it."
      : `All visible sheets of the workbook are empty.${advice}`,
  );
}
