// Reads the rows of the sheets of an OpenDocument spreadsheet from the events of an XML parser (ODF 1.3, part 3, 9.1). All sheets are in
// one part.
import { MAX_FIELDS } from "../../split-records.ts";
import { brokenWorkbook, truncated } from "../broken-workbook.ts";
import type { NumberFormat } from "../cells/number-format.ts";
import type { MergedRange } from "../merged/read-merged.ts";
import { MAX_ROWS, type SheetRow } from "../read-sheet.ts";
import { odsCellText } from "./cell-texts.ts";

type Attributes = Record<string, string>;

/** A row, and how often the sheet repeats it. */
export interface RepeatedRow {
  sheet: number;
  row: SheetRow;
  count: number;
}

export interface RowHandler {
  /** Called at the beginning of each sheet. */
  onSheet: (name: string, style: string) => void;
  /** Called for each row that has cells. */
  onRow: (row: RepeatedRow) => void;
  onMerged: (sheet: number, range: MergedRange) => void;
}

/** Maximum number of characters in a row, as in a workbook of Excel. */
const MAX_ROW_LENGTH = 1_200_000;
/** Maximum number of columns for which the format of blank cells is stored. */
const MAX_COLUMN_STYLES = 2000;
/** Maximum number of columns of a sheet. Some programs repeat a blank cell up to the last column. */
const MAX_COLUMNS = 65_536;
const MAX_BLANKS = 1000;

interface Cell {
  attributes: Attributes;
  depth: number;
  shown: string;
  paragraphs: number;
}

export class RowReader {
  readonly #formats: ReadonlyMap<string, NumberFormat>;
  readonly #handler: RowHandler;
  #depth = 0;
  /** Depth of the element that contains the sheets. */
  #sheetsDepth = -1;
  #sheet = -1;
  /** Whether the parser is inside a sheet. Tables in other elements, such as links, are ignored. */
  #inSheet = false;
  #name = "";
  #columnStyles: (string | undefined)[] = [];
  #rowNumber = 0;
  #row: SheetRow | undefined;
  #rowCount = 1;
  #rowStyle: string | undefined;
  #length = 0;
  #column = 0;
  #cell: Cell | undefined;
  /** Depth of the paragraph that is being read; -1 outside of paragraphs. */
  #paragraph = -1;
  /** Depth of an element in the paragraph whose text the spreadsheet does not show; -1 outside of such elements. */
  #ignored = -1;

  constructor(formats: ReadonlyMap<string, NumberFormat>, handler: RowHandler) {
    this.#formats = formats;
    this.#handler = handler;
  }

  /** Whether the file has sheets at all. */
  get isSpreadsheet(): boolean {
    return this.#sheetsDepth !== -1;
  }

  open(name: string, attributes: Attributes): void {
    this.#depth++;
    if (this.#cell !== undefined) this.#openInCell(this.#cell, name, attributes);
    else if (name === "spreadsheet") this.#sheetsDepth = this.#depth;
    else if (name === "table" && this.#depth === this.#sheetsDepth + 1) this.#openSheet(attributes);
    else if (this.#inSheet) this.#openInSheet(name, attributes);
  }

  close(name: string): void {
    if (this.#cell !== undefined) this.#closeInCell(this.#cell);
    else if (name === "table-row" && this.#row !== undefined) this.#endRow(this.#row);
    else if (name === "table" && this.#depth === this.#sheetsDepth + 1) this.#inSheet = false;
    this.#depth--;
  }

  text(text: string): void {
    const cell = this.#cell;
    if (cell === undefined || this.#paragraph === -1 || this.#ignored !== -1) return;
    if (cell.shown.length <= MAX_ROW_LENGTH)
      cell.shown += /[\t\r\n]| {2}/.test(text) ? text.replace(/[\t\r\n ]+/g, " ") : text;
  }

  #openSheet(attributes: Attributes): void {
    this.#sheet++;
    this.#inSheet = true;
    this.#name = attributes["table:name"] ?? "";
    this.#rowNumber = 0;
    this.#columnStyles = [];
    this.#handler.onSheet(this.#name, attributes["table:style-name"] ?? "");
  }

  #openInSheet(name: string, attributes: Attributes): void {
    switch (name) {
      case "table-column": {
        const style = attributes["table:default-cell-style-name"];
        for (let i = repeats(attributes, "columns"); i > 0 && this.#columnStyles.length < MAX_COLUMN_STYLES; i--)
          this.#columnStyles.push(style);
        return;
      }
      case "table-row":
        this.#rowCount = repeats(attributes, "rows");
        this.#rowStyle = attributes["table:default-cell-style-name"];
        this.#row = { number: this.#rowNumber + 1, cells: [] };
        this.#column = 0;
        this.#length = 0;
        return;
      case "table-cell":
        if (this.#row !== undefined) this.#cell = { attributes, depth: this.#depth, shown: "", paragraphs: 0 };
        return;
      case "covered-table-cell":
        // A merged cell covers this cell, whose text is therefore not shown.
        this.#column += repeats(attributes, "columns");
    }
  }

  #openInCell(cell: Cell, name: string, attributes: Attributes): void {
    if (this.#paragraph === -1) {
      // Comments and drawings contain paragraphs too, at a greater depth.
      if (name !== "p" || this.#depth !== cell.depth + 1) return;
      this.#paragraph = this.#depth;
      if (cell.paragraphs++ > 0) cell.shown += "\n";
    } else if (this.#ignored === -1) {
      if (name === "s") cell.shown += " ".repeat(Math.min(Number(attributes["text:c"] ?? 1) || 1, MAX_BLANKS));
      else if (name === "tab") cell.shown += "\t";
      else if (name === "line-break") cell.shown += "\n";
      // The pronunciation of East Asian characters is not part of the text.
      else if (name === "ruby-text" || name === "note" || name === "annotation") this.#ignored = this.#depth;
    }
  }

  #closeInCell(cell: Cell): void {
    if (this.#depth === this.#ignored) this.#ignored = -1;
    else if (this.#depth === this.#paragraph) this.#paragraph = -1;
    else if (this.#depth === cell.depth) {
      this.#cell = undefined;
      this.#endCell(cell, this.#row as SheetRow);
    }
  }

  #endCell({ attributes, shown }: Cell, row: SheetRow): void {
    const column = this.#column;
    const count = repeats(attributes, "columns");
    this.#column += count;
    this.#addMerged(attributes, row.number, column);
    const { text, is_value: isValue } = this.#textOf(attributes, shown, column);
    if (text === "") return;
    for (let at = column; at < column + count && this.#length <= MAX_ROW_LENGTH; at++) {
      this.#length += text.length + 1;
      if (at >= MAX_FIELDS) {
        row.beyond ??= { column: at, text };
        return;
      }
      while (row.cells.length < at) row.cells.push("");
      row.cells[at] = text;
      if (isValue) (row.values ??= [])[at] = true;
    }
  }

  #textOf(attributes: Attributes, shown: string, column: number): { text: string; is_value: boolean } {
    const type = attributes["office:value-type"];
    const isFormula = attributes["table:formula"] !== undefined;
    if (type === undefined && shown === "") {
      if (isFormula)
        throw brokenWorkbook(
          `The cell in row ${this.#rowNumber + 1}, column ${column + 1} of "${truncated(this.#name)}" contains a formula that was never calculated.`,
        );
      return { text: "", is_value: false };
    }
    const style = attributes["table:style-name"] ?? this.#rowStyle ?? this.#columnStyles[column] ?? "";
    return odsCellText({
      type,
      value: attributes["office:value"] ?? attributes[`office:${type ?? ""}-value`],
      shown,
      format: this.#formats.get(style),
      is_formula: isFormula,
      is_error: attributes["calcext:value-type"] === "error",
    });
  }

  #addMerged(attributes: Attributes, top: number, left: number): void {
    const rows = Number(attributes["table:number-rows-spanned"] ?? 1);
    const columns = Number(attributes["table:number-columns-spanned"] ?? 1);
    if (!(rows > 1 || columns > 1) || left >= MAX_FIELDS) return;
    const bottom = Math.min(top + Math.max(rows, 1) - 1, MAX_ROWS);
    const right = Math.min(left + Math.max(columns, 1) - 1, MAX_FIELDS - 1);
    if (bottom > top || right > left) this.#handler.onMerged(this.#sheet, { top, bottom, left, right });
  }

  #endRow(row: SheetRow): void {
    this.#row = undefined;
    const isBlank = row.cells.length === 0 && row.beyond === undefined;
    const last = this.#rowNumber + this.#rowCount;
    if (!isBlank && last > MAX_ROWS)
      throw brokenWorkbook(
        `Its sheet "${truncated(this.#name)}" has a row ${last}; a sheet has at most ${MAX_ROWS.toLocaleString("en")} rows.`,
      );
    this.#rowNumber = Math.min(last, MAX_ROWS);
    if (!isBlank) this.#handler.onRow({ sheet: this.#sheet, row, count: this.#rowCount });
  }
}

function repeats(attributes: Attributes, kind: "rows" | "columns"): number {
  const given = attributes[`table:number-${kind}-repeated`];
  if (given === undefined) return 1;
  const count = Math.floor(Number(given));
  if (!(count >= 1)) return 1;
  return kind === "rows" ? count : Math.min(count, MAX_COLUMNS);
}
