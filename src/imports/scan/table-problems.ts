// Why a table cannot be imported at all, although it can be read.
import type { Table } from "../read/read-records.ts";
import { cutText } from "../../../contract/faults.ts";
import { REJECT_CODES, type Dialect } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";

/** undefined = its records can be looked at. */
export function problemOfTable(table: Table, dialect: Dialect): Problem | undefined {
  if (table.header_fault !== null) {
    return new Problem(
      "bad-header",
      `Line ${table.header_line}, which should name the columns: ${REJECT_CODES[table.header_fault]}. Mend that line, or say how the file is written.`,
    );
  }
  return table.columns.some(({ target }) => target === "sku") ? undefined : noSkuColumn(table, dialect);
}

/** Header cells in a problem, and characters of each: an import's record, which holds its problem, is sent with each change. */
const SHOWN_HEADERS = 50;
const SHOWN_CHARACTERS = 100;

function noSkuColumn({ header, columns }: Table, dialect: Dialect): Problem {
  if (!dialect.header) {
    return new Problem(
      "no-sku-column",
      `The file has ${columns.length} columns and no header, so nothing says which of them is the SKU. Put a line with the columns' names (sku, name, …) at its top.`,
    );
  }
  const headers = header.slice(0, SHOWN_HEADERS).map((name) => cutText(name, SHOWN_CHARACTERS));
  const shown = headers.map((name) => `"${name}"`);
  const more = header.length > SHOWN_HEADERS ? ` and ${header.length - SHOWN_HEADERS} more` : "";
  return new Problem(
    "no-sku-column",
    `None of the columns is the SKU. Found: ${shown.join(", ")}${more}. Name one of them "sku".`,
    {
      extra: { headers },
    },
  );
}
