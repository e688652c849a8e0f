// A sheet's rows as texts, in pieces: what a person sees in its cells (ECMA-376, 18.3.1).
import { MAX_FIELDS } from "../split-records.ts";
import { numberText, type NumberFormat } from "./cell-text.ts";
import { brokenWorkbook, shown } from "./broken-workbook.ts";
import { createXmlParser, type XmlHandler } from "./parse-xml.ts";
import type { StringStore } from "./string-store.ts";
import { unescapeText } from "./unescape.ts";
import type { WorkBudget } from "./work-budget.ts";

export interface SheetRow {
  /** As the program numbers it, from 1. */
  number: number;
  /** "" = blank; none after the last that is not. */
  cells: string[];
  /** The first cell that is not blank and lies beyond the columns that a table may have. */
  beyond?: { column: number; text: string };
}

export interface CellContext {
  strings: Pick<StringStore, "get">;
  formats: readonly NumberFormat[];
  is_1904: boolean;
  budget: WorkBudget;
}

const MAX_ROWS = 1_048_576;
/** Excel's last column is XFD. Cells after column 2,000 are read only to reject their rows. */
const MAX_COLUMNS = 16_384;
/** A longer row is a rejected record; its cells past that are not kept. */
const MAX_ROW_LENGTH = 1_200_000;
/** Of the rows of one piece, some 16 kB of XML. The longest text that a spreadsheet program takes, in each row, makes 7 million. */
const MAX_PIECE_LENGTH = 16 << 20;

/** The rows that each piece completes. Rows and cells that are not there are left out or "".
 * @throws Problem broken-workbook */
export async function* readSheet(
  part: string,
  pieces: AsyncIterable<Buffer>,
  context: CellContext,
): AsyncGenerator<SheetRow[]> {
  const reader = createRowReader(part, context);
  for await (const piece of pieces) {
    reader.parser.write(piece);
    yield reader.take();
  }
  reader.parser.end();
  yield reader.take();
}

interface Cell {
  column: number;
  type: string;
  style: number;
  text: string;
  has_formula: boolean;
}

// eslint-disable-next-line max-lines-per-function -- one state, changed by each tag
function createRowReader(part: string, context: CellContext) {
  let rows: SheetRow[] = [];
  let row: SheetRow | undefined;
  let number = 0;
  let length = 0;
  let untaken = 0;
  let cell: Cell | undefined;
  let column = -1;
  let takesText = false;
  let inReading = false;

  const endCell = ({ column: at, ...found }: Cell): void => {
    if (row === undefined || length > MAX_ROW_LENGTH) return;
    const text = textOf(found, context, () => `${columnName(at)}${number} of "${shown(part)}"`);
    if (text === "") return;
    // Blank cells and a text that all cells share take next to nothing in the file.
    untaken += text.length;
    if (at < MAX_FIELDS) {
      untaken += Math.max(at - row.cells.length, 0);
      while (row.cells.length < at) row.cells.push("");
      row.cells[at] = text;
    } else row.beyond ??= { column: at, text };
    length += text.length + 1;
    if (untaken > MAX_PIECE_LENGTH)
      throw brokenWorkbook(`Its part "${shown(part)}" names texts of many megabytes in each row.`);
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
        const said = Number(attributes["r"] ?? Number.NaN);
        number = said > number ? Math.ceil(said) : number + 1;
        if (number > MAX_ROWS)
          throw brokenWorkbook(
            `Its part "${shown(part)}" has a row ${number}; a sheet has ${MAX_ROWS.toLocaleString("en")}.`,
          );
        row = { number, cells: [] };
        column = -1;
        length = 0;
      } else if (cell !== undefined) {
        if (name === "v" || (name === "t" && !inReading)) takesText = true;
        else if (name === "f") cell.has_formula = true;
        // How a text in Chinese characters is read: not part of it
        else if (name === "rPh") inReading = true;
      }
    },
    close(name) {
      if (name === "v" || name === "t") takesText = false;
      else if (name === "rPh") inReading = false;
      else if (name === "c" && cell !== undefined) {
        endCell(cell);
        cell = undefined;
      } else if (name === "row" && row !== undefined) {
        rows.push(row);
        row = undefined;
      }
    },
    text(text) {
      if (takesText && cell !== undefined && cell.text.length <= MAX_ROW_LENGTH) cell.text += text;
    },
  };
  const take = (): SheetRow[] => {
    context.budget.read(untaken);
    const taken = rows;
    rows = [];
    untaken = 0;
    return taken;
  };
  return { parser: createXmlParser(part, handler, context.budget), take };
}

function textOf(
  { type, style, text, has_formula }: Omit<Cell, "column">,
  { strings, formats, is_1904 }: CellContext,
  place: () => string,
): string {
  if (text === "") {
    if (has_formula && type !== "str")
      throw brokenWorkbook(`The cell ${place()} holds a formula that was never calculated.`);
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

/** From `AB12`; the next one where a cell names none. */
function columnOf(place: string | undefined, last: number): number {
  if (place === undefined) return last + 1;
  let column = 0;
  for (let i = 0; i < place.length; i++) {
    const letter = (place.charCodeAt(i) | 0x20) - 0x60;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
    if (column > MAX_COLUMNS) throw brokenWorkbook(`It has a cell ${place.slice(0, 20)}.`);
  }
  return column === 0 ? last + 1 : column - 1;
}

function columnName(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : columnName(Math.floor(column / 26) - 1) + last;
}
