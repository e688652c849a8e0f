// Streams the rows of a sheet. Each cell becomes the string that a spreadsheet program displays (ECMA-376, 18.3.1).
import { MAX_FIELDS } from "../split-records.ts";
import { isPlainValue, numberText } from "./cells/cell-text.ts";
import type { NumberFormat } from "./cells/number-format.ts";
import { brokenWorkbook, truncated } from "./broken-workbook.ts";
import { createXmlParser, type XmlHandler } from "./parse-xml.ts";
import type { StringStore } from "./string-store.ts";
import { unescapeText } from "./cells/unescape.ts";
import type { WorkBudget } from "./work-budget.ts";

export interface SheetRow {
  /** The row number that the spreadsheet program shows, from 1. */
  number: number;
  /** The cells up to the last one that is not blank. A blank cell is an empty string. */
  cells: string[];
  /** Whether each cell is a value of the spreadsheet, such as a number or a date, and not a text. If undefined, all cells are texts. */
  values?: (boolean | undefined)[];
  /** The first non-blank cell beyond the last column that a table may have. */
  beyond?: { column: number; text: string };
}

export interface CellContext {
  strings: Pick<StringStore, "get">;
  formats: readonly NumberFormat[];
  is_1904: boolean;
  budget: WorkBudget;
}

export const MAX_ROWS = 1_048_576;
/** Excel's limit (column XFD). Only the first MAX_FIELDS columns can be imported; a row with a cell beyond those is read, but
 * only to be rejected. */
const MAX_COLUMNS = 16_384;
/** Maximum number of characters in a row. A longer row becomes a record that will be rejected, so its further cells are dropped. */
const MAX_ROW_LENGTH = 1_200_000;
/** Maximum total length of the cell strings in 16 kB of XML. A cell of a few bytes can refer to a long shared string. A file from Excel
 * stays far below this limit: even if each row in 16 kB of XML has the longest string that Excel allows, the total is only 7 million
 * characters. */
const MAX_CHUNK_LENGTH = 16 << 20;

/** Parses the sheet's XML in chunks and, after each chunk, yields the rows that ended in it. Rows that are missing from the XML are
 * not yielded.
 * @throws Problem broken-workbook */
export async function* readSheet(
  part: string,
  chunks: AsyncIterable<Buffer>,
  context: CellContext,
): AsyncGenerator<SheetRow[]> {
  const reader = createRowReader(part, context);
  for await (const chunk of chunks) {
    reader.parser.write(chunk);
    yield reader.takeRows();
  }
  reader.parser.end();
  yield reader.takeRows();
}

interface Cell {
  column: number;
  type: string;
  style: number;
  text: string;
  has_formula: boolean;
}

// eslint-disable-next-line max-lines-per-function -- one state machine, in which each tag changes the state
function createRowReader(part: string, context: CellContext) {
  let rows: SheetRow[] = [];
  let row: SheetRow | undefined;
  let number = 0;
  let length = 0;
  let untaken = 0;
  let cell: Cell | undefined;
  let column = -1;
  let collectsText = false;
  let inPhonetic = false;

  const endCell = ({ column: at, ...found }: Cell): void => {
    if (row === undefined || length > MAX_ROW_LENGTH) return;
    const text = textOf(found, context, () => `${columnName(at)}${number} of "${truncated(part)}"`);
    if (text === "") return;
    // Limit the characters of the cells, because a few bytes of the file can give a lot of text: blank cells and references to shared
    // strings take almost no bytes.
    untaken += text.length;
    if (at < MAX_FIELDS) {
      untaken += Math.max(at - row.cells.length, 0);
      while (row.cells.length < at) row.cells.push("");
      row.cells[at] = text;
      if (isValue(found, text)) (row.values ??= [])[at] = true;
    } else row.beyond ??= { column: at, text };
    length += text.length + 1;
    if (untaken > MAX_CHUNK_LENGTH)
      throw brokenWorkbook(`Its part "${truncated(part)}" repeats many megabytes of text in each row.`);
  };
  const handler: XmlHandler = {
    open(name, attributes) {
      if (name === "c") {
        column = columnOf(attributes["r"], column);
        cell = {
          column,
          type: attributes["t"] ?? "n",
          style: Number(attributes["s"] ?? 0),
          text: "",
          has_formula: false,
        };
      } else if (name === "row") {
        const given = Number(attributes["r"] ?? Number.NaN);
        number = given > number ? Math.ceil(given) : number + 1;
        if (number > MAX_ROWS)
          throw brokenWorkbook(
            `Its part "${truncated(part)}" has a row ${number}; a sheet has at most ${MAX_ROWS.toLocaleString("en")} rows.`,
          );
        row = { number, cells: [] };
        column = -1;
        length = 0;
      } else if (cell !== undefined) {
        if (name === "v" || (name === "t" && !inPhonetic)) collectsText = true;
        else if (name === "f") cell.has_formula = true;
        // A phonetic run shows how to pronounce East Asian characters and is not part of the text.
        else if (name === "rPh") inPhonetic = true;
      }
    },
    close(name) {
      if (name === "v" || name === "t") collectsText = false;
      else if (name === "rPh") inPhonetic = false;
      else if (name === "c" && cell !== undefined) {
        endCell(cell);
        cell = undefined;
      } else if (name === "row" && row !== undefined) {
        rows.push(row);
        row = undefined;
      }
    },
    text(text) {
      if (collectsText && cell !== undefined && cell.text.length <= MAX_ROW_LENGTH) cell.text += text;
    },
  };
  const takeRows = (): SheetRow[] => {
    context.budget.countRead(untaken);
    const taken = rows;
    rows = [];
    untaken = 0;
    return taken;
  };
  return { parser: createXmlParser(part, handler, context.budget), takeRows };
}

function textOf(
  { type, style, text, has_formula }: Omit<Cell, "column">,
  { strings, formats, is_1904 }: CellContext,
  reference: () => string,
): string {
  if (text === "") {
    if (has_formula && type !== "str")
      throw brokenWorkbook(`The cell ${reference()} contains a formula that was never calculated.`);
    return "";
  }
  switch (type) {
    case "s":
      return strings.get(Number(text));
    case "b":
      return text.trim() === "1" || text.trim() === "true" ? "true" : "false";
    case "n":
      return numberText(text, formats[style] ?? "plain", is_1904);
    case "d":
      return text.replace(/T00:00(:00(\.0+)?)?Z?$/, "").replace("T", " ");
    default:
      return unescapeText(text);
  }
}

/** Whether the text is a number, a date or a boolean, written in the same form for every workbook. A code such as `ART-0017` is a text. */
function isValue({ type, text: raw }: Omit<Cell, "column">, text: string): boolean {
  switch (type) {
    case "n":
    case "d":
      return isPlainValue(raw, text);
    case "b":
      return true;
    default:
      return false;
  }
}

/** Returns the column index of a reference such as `AB12`. For a cell without a reference, returns the column after the last
 * cell. */
function columnOf(reference: string | undefined, last: number): number {
  if (reference === undefined) return last + 1;
  let column = 0;
  for (let i = 0; i < reference.length; i++) {
    const letter = (reference.charCodeAt(i) | 0x20) - 0x60;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
    if (column > MAX_COLUMNS) throw brokenWorkbook(`It has a cell ${reference.slice(0, 20)}, beyond the last column.`);
  }
  return column === 0 ? last + 1 : column - 1;
}

function columnName(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : columnName(Math.floor(column / 26) - 1) + last;
}
