// Finds the rows of a price list that are headings: the title of a group of products stands alone in its row.
import type { Column } from "../../../contract/imports/imports.ts";
import type { Notice } from "../../../contract/imports/notices.ts";
import type { Condition } from "../../../contract/mapping/mapping.ts";
import { attributeColumns, valuesOf } from "../read/columns/match-columns.ts";
import type { Table } from "../read/read-records.ts";

export interface HeadingRows {
  /** The condition for each column that contains headings. */
  ignore: Condition[];
  notices: Notice[];
}

const MIN_HEADINGS = 2;
/** In tables with fewer columns, a row with one filled cell is nothing unusual. In tables with more columns, comparing all cells of a row is
 * expensive. */
const MIN_COLUMNS = 3;
const MAX_COLUMNS = 200;
/** If more than this share of the rows have only one filled cell, the rows are not headings. */
const MAX_SHARE = 0.5;
/** A row without an SKU, or without a name, can only be a heading if at least this share of the other rows have both. */
const MIN_FILLED = 0.9;

/** @param rows the first rows below the header
 * @returns undefined unless several of the first rows are headings */
export function headingRows(
  { columns, header, rows }: Pick<Table, "header" | "rows"> & { columns: readonly Column[] },
  names: { sku: number; name: number },
): HeadingRows | undefined {
  if (names.sku === -1 || names.name === -1) return undefined;
  if (columns.length < MIN_COLUMNS || columns.length > MAX_COLUMNS) return undefined;
  const single = rows.map(onlyFilled);
  const others = rows.filter((_, i) => single[i] === -1);
  if (others.length < rows.length * (1 - MAX_SHARE)) return undefined;
  if ([names.sku, names.name].some((at) => valuesOf(others, at).length < others.length * MIN_FILLED)) return undefined;
  const positions = [...new Set(single)].filter((position) => {
    if (position === -1) return false;
    const alone = rows.filter((_, i) => single[i] === position);
    const titles = valuesOf(alone, position).filter(position === names.sku ? isTitle : hasLetters);
    return titles.length >= MIN_HEADINGS && titles.length >= alone.length * MAX_SHARE && isAbove(single, position);
  });
  if (positions.length === 0) return undefined;
  const named = header.length === 0 ? columns : attributeColumns(header);
  const nameAt = named.map(({ name }) => name);
  return {
    ignore: positions.map((position) => conditionOf(nameAt, position, position === names.sku)),
    notices: positions.map((position): Notice => headingNotice(nameAt[position] as string)),
  };
}

/** Returns the position of the only filled cell; -1 if several cells are filled. */
function onlyFilled(cells: readonly string[]): number {
  const first = cells.findIndex(isFilled);
  return cells.some((cell, position) => position !== first && isFilled(cell)) ? -1 : first;
}

const isFilled = (cell: string): boolean => cell.trim() !== "";

/** Whether one of the rows with only this cell is directly above a row with several filled cells. */
const isAbove = (single: readonly number[], position: number): boolean =>
  single.some((each, i) => each === position && single[i + 1] === -1);

/** Whether the text is more than a code: it has several words, or only letters. */
const isTitle = (value: string): boolean => /\S\s+\S/.test(value.trim()) || /^\p{L}+$/u.test(value.trim());

const hasLetters = (value: string): boolean => /\p{L}{2}/u.test(value);

/** @param isKey whether the column contains the SKUs. A row with nothing but a code is not a heading: it is a product without a name */
const conditionOf = (names: readonly string[], position: number, isKey: boolean): Condition => {
  const of = names[position] as string;
  const blank = names.filter((_, at) => at !== position);
  return isKey
    ? {
        blank,
        any: [
          { of, like: "{first} {*}" },
          { of, like: "{word:letters}" },
        ],
      }
    : { blank };
};

const headingNotice = (column: string): Notice => ({
  code: "heading_rows",
  message: `Rows in which only the column "${column}" is filled are headings and not products, so they are ignored.`,
  column,
  count: null,
});
