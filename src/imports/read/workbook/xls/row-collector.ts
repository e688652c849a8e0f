// Collects cells to rows. Programs that write a table column by column store its cells in another order than that of the rows.
import { brokenWorkbook } from "../broken-workbook.ts";
import type { SheetRow } from "../read-sheet.ts";
import type { WorkBudget } from "../work-budget.ts";

/** Maximum number of columns of an old workbook. */
export const MAX_COLUMNS = 256;
/** Number of characters and blank cells after which the rows should be taken, and which are counted at once. */
const FULL = 1 << 20;
/** Maximum number of characters of rows that are collected at the same time because they are not in order. */
const MAX_SORTED = 48 << 20;

export class RowCollector {
  readonly #budget: WorkBudget;
  /** Undefined if the cells are in the order of their rows. */
  readonly #byNumber: Map<number, SheetRow> | undefined;
  #rows: SheetRow[] = [];
  #row: SheetRow | undefined;
  #uncounted = 0;
  #length = 0;

  constructor(isInOrder: boolean, budget: WorkBudget) {
    this.#budget = budget;
    this.#byNumber = isInOrder ? undefined : new Map();
  }

  add(row: number, column: number, text: string, isValue: boolean): void {
    if (text === "") return;
    const { cells } = (this.#row = this.#row?.number === row + 1 ? this.#row : this.#rowOf(row + 1));
    if (column >= MAX_COLUMNS)
      throw brokenWorkbook(`It has a cell in column ${column + 1}; a sheet has at most ${MAX_COLUMNS} columns.`);
    this.#count(text.length + Math.max(0, column - cells.length));
    while (cells.length < column) cells.push("");
    cells[column] = text;
    if (isValue || this.#row.values !== undefined) (this.#row.values ??= [])[column] = isValue;
  }

  /** Whether the collected rows should be taken now. */
  isFull(): boolean {
    return this.#byNumber === undefined && this.#length >= FULL;
  }

  /** Returns the collected rows in their order. @param isEnd whether no cells follow; otherwise, the last row is kept */
  take(isEnd: boolean): SheetRow[] {
    const rows = this.#byNumber === undefined ? this.#rows : [...this.#byNumber.values()];
    if (this.#byNumber !== undefined) rows.sort((a, b) => a.number - b.number);
    const kept = !isEnd && this.#byNumber === undefined ? rows.pop() : undefined;
    this.#rows = kept === undefined ? [] : [kept];
    this.#row = kept;
    this.#length = 0;
    this.#byNumber?.clear();
    return rows;
  }

  #rowOf(number: number): SheetRow {
    const known = this.#byNumber?.get(number);
    if (known !== undefined) return known;
    const row: SheetRow = { number, cells: [] };
    if (this.#byNumber === undefined) this.#rows.push(row);
    else this.#byNumber.set(number, row);
    return row;
  }

  /** Limits the characters, because a few bytes can refer to a long shared text. */
  #count(length: number): void {
    this.#length += length;
    if (this.#byNumber !== undefined && this.#length > MAX_SORTED)
      throw brokenWorkbook("Its cells are not in the order of its rows, and contain too much text to be sorted.");
    this.#uncounted += length;
    if (this.#uncounted < FULL) return;
    this.#budget.countRead(this.#uncounted);
    this.#uncounted = 0;
  }
}
