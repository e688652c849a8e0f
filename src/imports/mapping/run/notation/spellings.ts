// Compares the cells of a workbook with the texts of a mapping by their values. A person who sees `1,50`, `WAHR` or `25.11.2026` in a
// spreadsheet writes these texts into a value map or a condition, but the cells contain 1.5, true and 2026-11-25.
import { FALSE_WORDS, TRUE_WORDS } from "../../../damaged/spreadsheet-words.ts";
import { convertDate, parseDateSample, type DateFormat } from "../../steps/date.ts";
import { convertNumber, parseNumberSample, type NumberFormat } from "../../steps/number.ts";

/** A text of a mapping with which cells are compared. */
export interface ComparedText {
  text: string;
  /** What the mapping makes of a cell that equals the text: the replacement in a value map, `yes` or `no` for a word of yes or no; empty
   * in a comparison. If two texts have the same value but different meanings, such as `1.5` and `1,50` in a value map with two
   * replacements, the value cannot decide between them. A cell then equals only a text that is written like the cell. */
  meaning: string;
}

/** How texts write numbers and dates. Without this, texts such as `1.234` and `01/02/2026` can be read in two ways. */
export interface Evidence {
  /** The decimal separator; undefined if it is unknown. */
  decimal?: string | undefined;
  /** The format of dates; undefined if it is unknown. */
  date?: DateFormat | undefined;
}

/**
 * Compares a cell with the texts of the mapping. Returns the text that has the cell's value; undefined if there is none.
 * @param cell the value of the cell, such as `1.5`
 * @param written how a person writes this value, such as `1,50`: in the format of the sample in the mapping's statement. The default is
 * `cell`, for a statement without a sample
 */
export type Spelling = (cell: string, written?: string) => string | undefined;

const comparable = (text: string): string => text.trim().toLowerCase();

/** @param groups if texts of several groups have the value of a cell, the text of the first of these groups is returned
 * @param sample the formats that the sample in the mapping's statement shows; undefined if the statement has no sample */
export function spellingOf(groups: readonly (readonly ComparedText[])[], sample?: Evidence): Spelling {
  let indexes: Index[] | undefined;
  return (cell, written = cell) => {
    // Build the indexes on the first call: only cells of workbooks need them, and most mappings read no workbook.
    indexes ??= groups.map((texts) => indexOf(texts, sample));
    const exact = comparable(written);
    let value: string | undefined;
    for (const { exactly, by_value, misread } of indexes) {
      if (misread.has(exact)) return cell.replace(".", ",");
      if (exactly.has(exact)) return written;
      const text = by_value.get((value ??= valueOfCell(cell)));
      if (text !== undefined && text !== null) return text;
    }
    return undefined;
  };
}

interface Index {
  exactly: ReadonlySet<string>;
  /** Texts such as `1.234` whose value is 1234, because the texts write decimal commas. The cell 1.234 must not equal them. */
  misread: ReadonlySet<string>;
  /** For each value: the text of the mapping that has this value; null if texts with different meanings have it. */
  by_value: ReadonlyMap<string, string | null>;
}

function indexOf(texts: readonly ComparedText[], sample: Evidence | undefined): Index {
  const shown = evidenceOf(texts);
  const evidence = { decimal: sample?.decimal ?? shown.decimal, date: sample?.date ?? shown.date };
  const found = new Map<string, ComparedText | null>();
  for (const each of texts)
    for (const value of valuesOfText(each.text, evidence)) {
      const other = found.get(value);
      if (other === undefined) found.set(value, each);
      else if (other !== null && other.meaning !== each.meaning) found.set(value, null);
    }
  const isMisread = (text: string): boolean =>
    sample === undefined && evidence.decimal === "," && text.includes(".") && TWO_READINGS.test(text);
  const exactly = new Set(texts.map(({ text }) => comparable(text)));
  return {
    exactly,
    misread: new Set([...exactly].filter(isMisread)),
    by_value: new Map([...found].map(([value, each]) => [value, each === null ? null : each.text])),
  };
}

/** Returns the decimal separator and the date format that the unambiguous texts use. A member is undefined if these texts disagree. */
function evidenceOf(texts: readonly ComparedText[]): Evidence {
  const decimals = new Set<string>();
  const dates = new Map<string, DateFormat>();
  for (const { text } of texts) {
    const number = numberFormatOf(text);
    if (number !== undefined && number.decimal !== "") decimals.add(number.decimal);
    const date = dateFormatOf(text);
    if (date !== undefined) dates.set(orderOf(date), date);
  }
  return {
    decimal: decimals.size === 1 ? [...decimals][0] : undefined,
    date: dates.size === 1 ? [...dates.values()][0] : undefined,
  };
}

/** Maximum number of characters of a text that can be a number or a date. */
const MAX_VALUE = 40;

function* valuesOfText(text: string, { decimal, date }: Evidence): Generator<string> {
  const word = comparable(text);
  if (TRUE_WORDS.has(word)) yield "true";
  if (FALSE_WORDS.has(word)) yield "false";
  if (word.length > MAX_VALUE || !/\d/.test(word)) return;
  const number = numberOfText(text, decimal);
  if (number !== undefined) yield number;
  const format = dateFormatOf(text) ?? date;
  const converted = format === undefined ? undefined : convertDate(format, text);
  if (converted !== undefined) yield fullDate(converted);
}

/** A single separator before three digits, as in `1.234`, may separate decimal places or groups. */
const TWO_READINGS = /^[-\u2212]?[1-9]\d{0,2}[.,]\d{3}$/u;

function numberOfText(text: string, decimal: string | undefined): string | undefined {
  const bare = text.trim();
  if (TWO_READINGS.test(bare)) {
    if (decimal === undefined) return undefined;
    return plainValue(bare.replace(decimal, "point").replace(/[.,]/, "").replace("point", ".").replace("\u2212", "-"));
  }
  const format = numberFormatOf(bare);
  const number = format === undefined ? undefined : convertNumber(format, bare);
  return number === undefined ? undefined : plainValue(number) + (format?.units.includes("%") === true ? "%" : "");
}

/** Returns the format of a text that is a number, also with a currency sign or a percent sign. A code such as `0017`, `+49` or `12-34` is
 * not a number. */
function numberFormatOf(text: string): NumberFormat | undefined {
  if (text.length > MAX_VALUE || /^\D*0\d|^\s*\+/.test(text)) return undefined;
  const format = parseNumberSample(text);
  if (typeof format === "string" || !["", ".", ",", " ", "'"].includes(format.group)) return undefined;
  return format.units.every((unit) => unit === "%") ? format : undefined;
}

function dateFormatOf(text: string): DateFormat | undefined {
  if (text.length > MAX_VALUE || !/\d/.test(text)) return undefined;
  const format = parseDateSample(text);
  return typeof format === "string" ? undefined : format;
}

const orderOf = ({ parts }: DateFormat): string =>
  parts.map((part) => ("part" in part ? part.part.slice(0, 1) : part.literal)).join("");

/** Removes the zeros at the end of the decimal places, which depend on the format of the cell. */
function plainValue(number: string): string {
  let end = number.length;
  if (number.includes(".")) {
    while (number[end - 1] === "0") end--;
    if (number[end - 1] === ".") end--;
  }
  const value = number.slice(0, end);
  return value === "-0" ? "0" : value;
}

const DATE = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::(\d\d))?)?$/;

/** Returns a date with hours, minutes and seconds. Texts may omit the time or the seconds if these are zero. */
function fullDate(text: string): string {
  const [, date = text, time = "00:00", seconds = "00"] = DATE.exec(text) ?? [];
  return `${date}T${time}:${seconds}`;
}

function valueOfCell(cell: string): string {
  if (DATE.test(cell)) return fullDate(cell);
  return cell.includes("%") ? `${cell.replace(/[%\s]/gu, "")}%` : cell;
}
