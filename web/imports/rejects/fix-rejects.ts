// Rejected rows as a table to mend, and the file that the mended ones become.
import { MAX_RAW_CHARACTERS, REJECT_COLUMNS, type Import, type Reject } from "../../../contract/imports/imports.ts";
import { readRecord, writeRecords } from "../preview/records.ts";

export interface FixRow {
  row: number;
  line: number;
  /** Index of the cell at fault, where there is one. */
  fault: number | undefined;
  cells: string[];
}

export interface FixTable {
  /** Names of the file's own columns; more cells than names are of rows that have too many. */
  names: string[];
  rows: FixRow[];
  /** Indexes of the cells as they are best shown: the SKU, then what is at fault somewhere, then the rest. */
  order: number[];
  /** Rows that are too long to be shown. */
  too_long: number;
}

type Of = Pick<Import, "columns" | "dialect">;

export function fixTable(rejects: readonly Reject[], { columns, dialect }: Of): FixTable {
  // A file of rejects has columns about the rejects: they are no part of the table.
  const own = columns.map(({ name, target }, i) => ({ name, i, is_own: !isRejectColumn(name, target) }));
  const kept = own.filter(({ is_own }) => is_own);
  // The server truncates longer records, which cannot be fixed here.
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

/** The rows as a file of the same columns. Without a header in the first file, the columns go by what they became. */
export function fixedFile(rows: readonly (readonly string[])[], { columns, dialect }: Of): string {
  const kept = columns.filter(({ name, target }) => !isRejectColumn(name, target));
  const names = kept.map(({ name, target }) =>
    dialect?.header !== false || target === "attribute" || target === "ignored" ? name : target,
  );
  return writeRecords([names, ...rows.map((cells) => withoutEmptyExtras(cells, names.length))]);
}

function withoutEmptyExtras(cells: readonly string[], width: number): string[] {
  const last = cells.findLastIndex((cell, i) => i < width || cell !== "");
  return cells.slice(0, Math.max(width, last + 1));
}

const isRejectColumn = (name: string, target: string): boolean =>
  target === "ignored" && (REJECT_COLUMNS as readonly string[]).includes(name);
