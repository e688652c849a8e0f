// Finds out why a readable table cannot be imported at all.
import type { Table } from "../read/read-records.ts";
import { cutText } from "../../../contract/faults.ts";
import { REJECT_CODES, type Column, type Dialect } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { describeOtherSheets } from "../read/workbook/other-sheets.ts";

type ReadableTable = Pick<Table, "header" | "header_fault" | "header_line"> & { columns: readonly Column[] };

/** Returns the problem of a table whose records cannot be scanned. @returns undefined if they can be scanned */
export function problemOfTable(table: ReadableTable, dialect: Dialect): Problem | undefined {
  if (table.header_fault !== null) {
    return new Problem(
      "bad-header",
      `The column names cannot be read. Line ${table.header_line}: ${REJECT_CODES[table.header_fault]}. Fix that line in the file, or choose the correct delimiter, quote and encoding, then import the file again.`,
    );
  }
  return table.columns.some(({ target }) => target === "sku") ? undefined : noSkuColumn(table, dialect);
}

/** Maximum number of header cells that a problem lists. An import and its problem are sent to clients at each change. */
const SHOWN_HEADERS = 50;
/** Maximum number of characters of each of these cells. */
const SHOWN_CHARACTERS = 100;

function noSkuColumn({ header, columns }: ReadableTable, dialect: Dialect): Problem {
  if (!dialect.header) {
    return new Problem(
      "no-sku-column",
      `The file has no line with column names, so it is unknown which of its ${columns.length} columns contains the SKU. Add a first line with the column names (sku, name, …) and import the file again.${describeOtherSheets(dialect)}`,
    );
  }
  const headers = header.slice(0, SHOWN_HEADERS).map((name) => cutText(name, SHOWN_CHARACTERS));
  const shown = headers.map((name) => `"${name}"`);
  const more = header.length > SHOWN_HEADERS ? ` and ${header.length - SHOWN_HEADERS} more` : "";
  return new Problem(
    "no-sku-column",
    `The file has no SKU column. Choose the column with the SKUs (option key), or rename it to "sku", and import the file again. Columns found: ${shown.join(", ")}${more}.${describeOtherSheets(dialect)}`,
    { extra: { headers } },
  );
}
