// Reads the column names of a table, which may take several lines.
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { recordTexts } from "../field-text.ts";
import type { Records } from "../records.ts";

/** The line numbers of the column names and of the first data, if the mapping gives them. */
export type Heading = Pick<DialectOverrides, "header_at" | "header_data" | "header_names">;

export interface Header {
  cells: string[];
  /** Index of the last record of the header. */
  last: number;
  /** Index of the first record of data if the mapping gives its line; otherwise the number of records. */
  data: number;
}

/** @param records the first records of the table, from the first line of the header on */
export function readHeader(records: Records, dialect: Dialect, { header_at = [], header_data }: Heading): Header {
  // The workbook reader has already joined the header rows of a workbook, because only the sheet shows which cells are merged.
  const further = dialect.line_ending === "row" ? [] : header_at.slice(1);
  const used = [0, ...further.map((line) => recordOnLine(records, line))].filter((r) => r < records.count);
  const last = Math.max(...used);
  const data = header_data === undefined ? records.count : Math.max(recordOnLine(records, header_data), last + 1);
  const lines = [...new Set(used)].map((r) => recordTexts(records, r, dialect));
  return { cells: lines.length === 1 ? (lines[0] as string[]) : joined(lines), last, data };
}

/** Returns the first record that starts on this line or after it, or the number of records if there is none. */
function recordOnLine(records: Records, line: number): number {
  for (let r = 0; r < records.count; r++) if ((records.line[r] as number) >= line) return r;
  return records.count;
}

/** Joins the names of each column by a space. A merged cell is exported as a name followed by blank cells. A name therefore also applies
 * to the blank cells to its right, provided that the last header line has a name in their column. */
function joined(lines: readonly string[][]): string[] {
  const width = Math.max(...lines.map((cells) => cells.length));
  const last = lines.at(-1) as string[];
  const applied = lines.map((cells, index) => (index === lines.length - 1 ? cells : spread(cells, last)));
  return Array.from({ length: width }, (_, column) =>
    applied
      .map((cells) => cells[column]?.trim() ?? "")
      .filter((name) => name !== "")
      .join(" "),
  );
}

function spread(cells: readonly string[], below: readonly string[]): string[] {
  let name = "";
  return below.map((lower, column) => {
    const own = cells[column]?.trim() ?? "";
    if (own !== "") name = own;
    return own === "" && lower.trim() === "" ? "" : name;
  });
}

/** Returns the names, with blank ones added up to `width`. */
export const padded = (names: readonly string[], width: number): string[] =>
  Array.from({ length: width }, (_, column) => names[column] ?? "");
