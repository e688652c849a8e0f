// Converts the cells of an OpenDocument spreadsheet to texts, by the same rules as the cells of a workbook of Excel.
import { isPlainValue, numberText } from "../cells/cell-text.ts";
import { formatOfCode, type NumberFormat } from "../cells/number-format.ts";

export interface OdsCell {
  /** The type of the value, such as `float`; undefined for a cell without a value. */
  type: string | undefined;
  /** The value as the file stores it; undefined if only the text shows it. */
  value: string | undefined;
  /** The text that the spreadsheet shows. */
  shown: string;
  format: NumberFormat | undefined;
  is_error: boolean;
  is_formula: boolean;
}

/** A percentage whose style is missing. */
const PERCENT = formatOfCode("0%");

/** Returns the text of a cell, and whether the text is a number, a date or a boolean, written in the same form for every workbook. */
export function odsCellText(cell: OdsCell): { text: string; is_value: boolean } {
  const { type, value, shown, format, is_error: isError } = cell;
  if (isError) return { text: shown, is_value: false };
  if (isLogical(cell)) return { text: value === "1" ? "true" : "false", is_value: true };
  switch (type) {
    case "float":
    case "currency":
    case "percentage": {
      const raw = value ?? "";
      const text = numberText(raw, type === "percentage" ? percentFormat(format) : numberFormat(format), false);
      return { text, is_value: isPlainValue(raw, text) };
    }
    case "date": {
      const text = (value ?? "")
        .replace(/(?:[.,]\d+)?Z?$/, "")
        .replace(/T00:00(?::00)?$/, "")
        .replace("T", " ");
      return { text, is_value: isPlainValue("", text) };
    }
    case "time":
      return { text: timeText(value ?? ""), is_value: false };
    case "boolean":
      return { text: value === "true" ? "true" : "false", is_value: true };
    default:
      return { text: type === "string" ? (value ?? shown) : shown, is_value: false };
  }
}

/** Whether the cell is a boolean that LibreOffice has written as the number 1 or 0. LibreOffice does this for results of formulas and
 * for booleans from Excel workbooks. The shown text is a word, such as TRUE or WAHR. */
const isLogical = ({ type, value, shown, format, is_formula: isFormula }: OdsCell): boolean =>
  isFormula &&
  type === "float" &&
  (value === "0" || value === "1") &&
  (format === undefined || format === "plain") &&
  /^\p{L}+$/u.test(shown);

/** A date format of a number is an error of the program that wrote it: the cell is not a date. */
const numberFormat = (format: NumberFormat | undefined): NumberFormat =>
  format === "date" || format === "time" || format === "duration" ? "plain" : (format ?? "plain");

const percentFormat = (format: NumberFormat | undefined): NumberFormat =>
  typeof format === "object" ? format : PERCENT;

/** Converts a duration such as `PT13H45M00S` to a time of day. */
function timeText(duration: string): string {
  const [, hours, minutes, seconds] = /^PT(\d{1,9})H(\d{1,2})M(\d{1,2})(?:[.,]\d*)?S$/.exec(duration) ?? [];
  if (hours === undefined) return duration;
  return [hours, minutes, seconds].map((part = "0") => part.padStart(2, "0")).join(":");
}
