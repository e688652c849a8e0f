// Writes the cells of a sheet as XML (ECMA-376, 18.3.1). Each cell contains its text directly, because a table of shared strings would have
// to stay in memory until the end of the export.
//
// Every text cell has the number format "Text". Values such as `0017` or `=1` therefore stay text even when someone edits them in a
// spreadsheet program: they cannot run as formulas and need no escape.
import type { FieldKind } from "../product/product-columns.ts";
import type { Output } from "./output.ts";

export const MAX_SHEET_ROWS = 1_048_576;
export const MAX_SHEET_COLUMNS = 16_384;
/** Maximum length of the text in a cell, in UTF-16 code units. */
export const MAX_CELL_LENGTH = 32_767;

export interface SheetWriter {
  begin(): void;
  beginRow(row: number): void;
  /** Writes a text cell. An empty text gets no cell. */
  text(column: number, bytes: Buffer, start: number, end: number): void;
  /** Writes the cell of a product field. The bytes are the value as selected by `rowsQuery` (text-formats.ts): one byte for a
   * boolean, otherwise text. For null, `start` is -1 and no cell is written. */
  value(column: number, bytes: Buffer, start: number, end: number): void;
  endRow(): void;
  end(): void;
}

/** Index of the format of text cells in the styles of workbook-parts.ts. */
const TEXT_STYLE = 1;
/** Index of the format of header cells in the styles of workbook-parts.ts. */
const HEADER_STYLE = 2;

const LF = 0x0a;
const BLANK = 0x20;
const UNDERSCORE = 0x5f;
const NONCHARACTER_LEAD = 0xef;

/** For each byte value, 1 if the byte may need an escape in XML, otherwise 0. */
const SPECIAL = new Uint8Array(256).fill(1, 0, BLANK);
for (const character of "&<>_") SPECIAL[character.charCodeAt(0)] = 1;
SPECIAL[0x09] = 0;
SPECIAL[NONCHARACTER_LEAD] = 1;

const ENTITIES = new Map([
  [0x26, Buffer.from("&amp;")],
  [0x3c, Buffer.from("&lt;")],
  [0x3e, Buffer.from("&gt;")],
]);

const BEGIN_ROW = Buffer.from('<row r="');
const BEGUN_ROW = Buffer.from('">');
const TEXT = Buffer.from(`" s="${TEXT_STYLE}" t="inlineStr"`);
const HEADER = Buffer.from(`" s="${HEADER_STYLE}" t="inlineStr"`);
const YES = Buffer.from('" t="b"><v>1</v></c>');
const NO = Buffer.from('" t="b"><v>0</v></c>');
const BEGIN_NUMBER = Buffer.from('"><v>');
const END_NUMBER = Buffer.from("</v></c>");
const OPEN = Buffer.from("><is><t>");
const OPEN_WITH_BLANKS = Buffer.from('><is><t xml:space="preserve">');
const CLOSE = Buffer.from("</t></is></c>");
const END_ROW = Buffer.from("</row>\n");
const END = Buffer.from("</sheetData></worksheet>\n");

/** @param kinds the field kinds of the first columns; all other columns contain text */
// eslint-disable-next-line max-lines-per-function -- one closure over the output and the current row
export function createSheetWriter(output: Output, columns: number, kinds: readonly FieldKind[]): SheetWriter {
  const letters = Array.from({ length: columns }, (_, column) => Buffer.from(`<c r="${columnName(column)}`));
  let number = Buffer.alloc(0);
  let isHeader = false;
  const beginCell = (column: number, attributes: Buffer): void => {
    output.reserve(64);
    output.raw(letters[column] as Buffer);
    output.raw(number);
    output.raw(attributes);
  };
  const text = (column: number, bytes: Buffer, start: number, end: number): void => {
    if (start === end) return;
    beginCell(column, isHeader ? HEADER : TEXT);
    // The escape of a byte, such as `_x000D_`, has up to seven bytes.
    output.reserve((end - start) * 7 + 64);
    output.raw(hasBlanks(bytes, start, end) ? OPEN_WITH_BLANKS : OPEN);
    writeText(output, bytes, start, end);
    output.raw(CLOSE);
  };
  const value: SheetWriter["value"] = (column, bytes, start, end) => {
    if (start < 0) return;
    const kind = kinds[column] ?? "text";
    switch (kind) {
      case "text":
        text(column, bytes, start, end);
        break;
      case "boolean":
        beginCell(column, bytes[start] === 1 ? YES : NO);
        break;
      case "number":
        beginCell(column, BEGIN_NUMBER);
        output.copy(bytes, start, end);
        output.raw(END_NUMBER);
        break;
    }
  };
  return {
    begin() {
      const styles = Array.from({ length: columns }, (_, column) => columnStyle(column, kinds[column] ?? "text"));
      const head = Buffer.from(SHEET_HEAD.replace("COLUMNS", styles.join("")));
      output.reserve(head.length);
      output.raw(head);
    },
    beginRow(row) {
      isHeader = row === 1;
      number = Buffer.from(String(row));
      output.reserve(32);
      output.raw(BEGIN_ROW);
      output.raw(number);
      output.raw(BEGUN_ROW);
    },
    text,
    value,
    endRow() {
      output.reserve(END_ROW.length);
      output.raw(END_ROW);
    },
    end() {
      output.reserve(END.length);
      output.raw(END);
    },
  };
}

const SHEET_HEAD =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">' +
  '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
  "<cols>COLUMNS</cols><sheetData>\n";

/** Attributes of the `<col>` element, by kind of field. Text columns as a whole have the text format, so that values typed into empty cells
 * stay text. */
const COLUMN_STYLES: Record<FieldKind, string> = {
  text: `width="20" customWidth="1" style="${TEXT_STYLE}"`,
  boolean: 'width="9" customWidth="1"',
  number: 'width="12" customWidth="1"',
};
const columnStyle = (column: number, kind: FieldKind): string =>
  `<col min="${column + 1}" max="${column + 1}" ${COLUMN_STYLES[kind]}/>`;

/** Returns the name of a column: A, B, … Z, AA, … */
function columnName(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : columnName(Math.floor(column / 26) - 1) + last;
}

function hasBlanks(bytes: Buffer, start: number, end: number): boolean {
  if ((bytes[start] as number) <= BLANK || (bytes[end - 1] as number) <= BLANK) return true;
  for (let pos = start; pos < end; pos++) if (bytes[pos] === LF) return true;
  return false;
}

function writeText(output: Output, bytes: Buffer, start: number, end: number): void {
  let from = start;
  for (let pos = start; pos < end; pos++) {
    const byte = bytes[pos] as number;
    if (SPECIAL[byte] === 0 || byte === LF) continue;
    const escaped = ENTITIES.get(byte) ?? escapeOf(bytes, pos, end);
    if (escaped === undefined) continue;
    output.copy(bytes, from, pos);
    output.raw(escaped);
    from = pos + (byte === NONCHARACTER_LEAD ? 3 : 1);
  }
  output.copy(bytes, from, end);
}

/** Returns the escape of a character that XML cannot contain or would change, such as `_x000D_` (ST_Xstring, 22.9.2.19). Also escapes the
 * underscore of a text that looks like such an escape. Returns undefined if the character needs no escape. */
function escapeOf(bytes: Buffer, pos: number, end: number): Buffer | undefined {
  const byte = bytes[pos] as number;
  if (byte < BLANK) return Buffer.from(`_x00${byte.toString(16).toUpperCase().padStart(2, "0")}_`);
  if (byte === UNDERSCORE) {
    return pos + 7 <= end && /^_x[0-9a-f]{4}_$/i.test(bytes.toString("latin1", pos, pos + 7))
      ? Buffer.from("_x005F_")
      : undefined;
  }
  // The first byte is 0xEF. Only two characters that begin with 0xEF need an escape: U+FFFE and U+FFFF.
  if (bytes[pos + 1] !== 0xbf || (bytes[pos + 2] as number) < 0xbe) return undefined;
  return Buffer.from(bytes[pos + 2] === 0xbe ? "_xFFFE_" : "_xFFFF_");
}
