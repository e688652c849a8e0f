// Turns rejected rows into an editable table, and the fixed rows into a CSV file.
import { MAX_RAW_CHARACTERS, REJECT_COLUMNS, type Import, type Reject } from "../../../contract/imports/imports.ts";
import { readRecord, writeRecords } from "../preview/records.ts";

export interface FixRow {
  row: number;
  line: number;
  /** Index of the rejected cell; undefined if the reject names no cell. */
  fault: number | undefined;
  cells: string[];
}

export interface FixTable {
  /** Names of the columns of the imported file, without those that describe rejects. A row may have more cells than there are names. */
  names: string[];
  rows: FixRow[];
  /** Column indices in display order: the SKU, then the columns that contain a rejected cell, then the other columns. */
  order: number[];
  /** Number of rows that the table leaves out, because the server stored only the beginning of their text. */
  too_long: number;
}

type Of = Pick<Import, "columns" | "dialect">;

export function fixTable(rejects: readonly Reject[], { columns, dialect }: Of): FixTable {
  // If the imported file was itself a rejects.csv, leave out its columns that describe the rejects.
  const own = columns.map(({ name, target }, i) => ({ name, i, is_own: !isRejectColumn(name, target) }));
  const kept = own.filter(({ is_own }) => is_own);
  // The server truncates longer records. Leave them out, because a fixed row must contain all cells.
  const whole = rejects.filter(({ raw }) => raw.length < MAX_RAW_CHARACTERS);
  const rows = whole.map((reject) => {
    const fields = dialect ? readRecord(reject.raw, 0, dialect).fields.map(({ value }) => value) : [reject.raw];
    const cells = [...kept.map(({ i }) => fields[i] ?? ""), ...fields.slice(columns.length)];
    const fault = kept.findIndex(({ name }) => name === reject.column);
    return { row: reject.row, line: reject.line, fault: fault === -1 ? undefined : fault, cells };
  });
  const names = kept.map(({ name }) => name);
  const first = columns.filter(({ name }) => names.includes(name)).findIndex(({ target }) => target === "sku");
  return { names, rows, order: orderOf(rows, first), too_long: rejects.length - whole.length };
}

function orderOf(rows: readonly FixRow[], sku: number): number[] {
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const faults = rows.flatMap(({ fault }) => fault ?? []).toSorted((a, b) => a - b);
  return [...new Set([...(sku === -1 ? [] : [sku]), ...faults, ...Array.from({ length: width }, (_, i) => i)])];
}

/** CSV with the same columns as the imported file. If that file had no header, columns are named after their targets. */
export function fixedFile(rows: readonly (readonly string[])[], { columns, dialect }: Of): string {
  const kept = columns.filter(({ name, target }) => !isRejectColumn(name, target));
  const names = kept.map(({ name, target }) =>
    dialect?.header !== false || ["attribute", "used", "ignored"].includes(target) ? name : target,
  );
  return writeRecords([names, ...rows.map((cells) => withoutEmptyExtras(cells, names.length))]);
}

function withoutEmptyExtras(cells: readonly string[], width: number): string[] {
  const last = cells.findLastIndex((cell, i) => i < width || cell !== "");
  return cells.slice(0, Math.max(width, last + 1));
}

const isRejectColumn = (name: string, target: string): boolean =>
  target === "ignored" && (REJECT_COLUMNS as readonly string[]).includes(name);
