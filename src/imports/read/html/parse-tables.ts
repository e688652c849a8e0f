// Reads the tables of an HTML page as rows of cells. The page need not be valid: htmlparser2 closes elements as browsers do.
import { Parser } from "htmlparser2";
import { Problem } from "../../../../contract/problems.ts";
import { MAX_FIELDS, MAX_RECORD_BYTES } from "../split-records.ts";
import { createCellText, type CellText } from "./cell-text.ts";

export interface TableRow {
  /** Index of the table in the page, in the order of the tables' start tags. */
  table: number;
  /** Number of the row in its table, from 1. */
  number: number;
  cells: string[];
}

/** Maximum depth of elements. The parser holds all open elements in memory. MAX_TAG_LENGTH is the maximum number of characters in a tag
 * or a comment, which the parser also holds in memory. */
const MAX_DEPTH = 1000;
const MAX_TAG_LENGTH = 2 << 20;
const MAX_ROW_SPAN = 65_534;

interface OpenTable {
  index: number;
  rows: number;
  cells: string[] | undefined;
  length: number;
  cell: { text: CellText; columns: number; rows: number } | undefined;
  /** Cells that continue in the following rows, by their column. */
  spans: Map<number, { rows: number; text: string; length: number }>;
  /** Total number of characters of the cells in `spans`. */
  spans_length: number;
}

export interface TableParser {
  write(text: string): void;
  end(): void;
}

/** @param onRow called at the end of each row
 * @throws Problem broken-file if the page is nested too deeply, or a tag is too long */
export function createTableParser(onRow: (row: TableRow) => void): TableParser {
  const open: OpenTable[] = [];
  const seen = { tables: 0, depth: 0, skipped: 0, since_event: 0 };
  const event = (): void => {
    seen.since_event = 0;
  };
  const parser = new Parser(
    {
      onopentagname: event,
      onattribute: event,
      oncomment: event,
      onopentag(name, attributes) {
        if (++seen.depth > MAX_DEPTH) throw broken("Its elements are nested too deeply");
        openElement(open, seen, name, attributes, onRow);
      },
      onclosetag(name) {
        event();
        seen.depth--;
        closeElement(open, seen, name, onRow);
      },
      ontext(text) {
        event();
        if (seen.skipped === 0) open.at(-1)?.cell?.text.add(text);
      },
    },
    { decodeEntities: true },
  );
  return {
    write(text) {
      parser.write(text);
      seen.since_event += text.length;
      if (seen.since_event > MAX_TAG_LENGTH) throw broken("One of its tags is too long");
    },
    end() {
      parser.end();
      while (open.length > 0) closeElement(open, seen, "table", onRow);
    },
  };
}

const broken = (reason: string): Problem =>
  new Problem("broken-file", `The HTML page cannot be read. ${reason}. Save the table as .xlsx or CSV.`);

/** Elements whose text is not shown. */
const SKIPPED = new Set(["script", "style", "template", "head", "title", "noscript"]);
/** Elements that start on a new line. */
const BLOCKS = new Set(["p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dd", "dt"]);

interface Seen {
  tables: number;
  skipped: number;
}

function openElement(
  open: OpenTable[],
  seen: Seen,
  name: string,
  attributes: Record<string, string>,
  onRow: (row: TableRow) => void,
): void {
  const table = open.at(-1);
  if (SKIPPED.has(name)) seen.skipped++;
  if (name === "table") {
    // An element such as <head> cannot contain a table, so its closing tag must be missing.
    seen.skipped = 0;
    open.push({
      index: seen.tables++,
      rows: 0,
      cells: undefined,
      length: 0,
      cell: undefined,
      spans: new Map(),
      spans_length: 0,
    });
  } else if (table === undefined) {
    return;
  } else if (name === "tr") {
    endRow(table, onRow);
    table.cells = [];
    table.length = 0;
  } else if (name === "td" || name === "th") {
    endCell(table);
    table.cells ??= [];
    table.cell = {
      text: createCellText(MAX_RECORD_BYTES + 1 - table.length),
      columns: spanOf(attributes["colspan"], MAX_FIELDS),
      rows: spanOf(attributes["rowspan"], MAX_ROW_SPAN),
    };
  } else if (name === "br" || BLOCKS.has(name)) {
    table.cell?.text.breakLine(name === "br");
  }
}

function closeElement(open: OpenTable[], seen: Seen, name: string, onRow: (row: TableRow) => void): void {
  const table = open.at(-1);
  if (SKIPPED.has(name) && seen.skipped > 0) seen.skipped--;
  if (table === undefined) return;
  if (name === "td" || name === "th") endCell(table);
  else if (name === "tr") endRow(table, onRow);
  else if (name === "table") {
    endRow(table, onRow);
    open.pop();
  } else if (BLOCKS.has(name)) table.cell?.text.breakLine(false);
}

function endCell(table: OpenTable): void {
  const { cell, cells } = table;
  table.cell = undefined;
  if (cell === undefined || cells === undefined) return;
  continueSpans(table);
  const text = cell.text.value();
  const column = cells.length;
  for (let i = 0; i < cell.columns && cells.length < MAX_FIELDS + 1; i++) cells.push(i === 0 ? text : "");
  table.length += text.length;
  if (cell.rows > 1) addSpan(table, column, cell.rows - 1, text);
}

/** A text that makes each row too long, so that the row is rejected. */
const TOO_LONG = " ".repeat(MAX_RECORD_BYTES + 1);

/** Stores a cell that continues in the following rows. If all such cells together are too long for a row, stores TOO_LONG instead of the
 * cell's own text. Otherwise, thousands of cells of a megabyte each could fill the memory. */
function addSpan(table: OpenTable, column: number, rows: number, text: string): void {
  const fits = table.spans_length + text.length <= MAX_RECORD_BYTES;
  const length = fits ? text.length : 0;
  table.spans.set(column, { rows, text: fits ? text : TOO_LONG, length });
  table.spans_length += length;
}

/** Adds the cells of earlier rows that continue at the current column. */
function continueSpans(table: OpenTable): void {
  const { cells, spans } = table;
  if (cells === undefined) return;
  for (let span = spans.get(cells.length); span !== undefined; span = spans.get(cells.length)) {
    const column = cells.length;
    // A row that is already too long is rejected anyway, so its further texts are left out. The text that makes a row too long must
    // stay: without this text, the row would be imported.
    cells.push(table.length <= MAX_RECORD_BYTES ? span.text : "");
    table.length += span.text.length;
    if (--span.rows > 0) continue;
    spans.delete(column);
    table.spans_length -= span.length;
  }
}

function endRow(table: OpenTable, onRow: (row: TableRow) => void): void {
  endCell(table);
  if (table.cells === undefined) return;
  continueSpans(table);
  const cells = table.cells;
  table.cells = undefined;
  while (cells.at(-1) === "") cells.pop();
  onRow({ table: table.index, number: ++table.rows, cells });
}

function spanOf(value: string | undefined, max: number): number {
  const span = /^\s*(\d{1,6})/.exec(value ?? "")?.[1];
  return Math.min(Math.max(Number(span ?? 1), 1), max);
}
