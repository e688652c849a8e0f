// Applies the columns that the client has chosen by name for the SKU and the name, instead of the recognized ones.
import { cutText } from "../../../../contract/faults.ts";
import type { Column } from "../../../../contract/imports/imports.ts";
import { unreservedName } from "../../../catalog/product/reserved-names.ts";
import { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** The options of an import that choose a column by its name. */
export const CHOSEN = { key: "sku", name: "name" } as const satisfies Record<string, Column["target"]>;
export type ColumnChoice = Partial<Record<keyof typeof CHOSEN, string | undefined>>;

/** Gives the chosen columns the targets SKU and name. A column that was recognized as the SKU or name before becomes an attribute.
 * @param header the unmodified header cells; empty if the file has no header
 * @throws Problem no-such-column */
export function chooseColumns(columns: readonly Column[], header: readonly string[], choice: ColumnChoice): Column[] {
  const chosen = columns.map((column) => ({ ...column }));
  const names = new Set(columns.map(({ name }) => name));
  for (const option of Object.keys(CHOSEN) as (keyof typeof CHOSEN)[]) {
    const name = choice[option];
    if (name === undefined) continue;
    const target = CHOSEN[option];
    const position = positionOf(name, columns, header);
    for (const column of chosen) {
      if (column.target !== target) continue;
      column.target = "attribute";
      delete column.remembered;
      const attribute = unreservedName(column.name, names);
      if (attribute !== column.name) column.attribute = attribute;
    }
    chosen[position] = { name: (columns[position] as Column).name, target };
  }
  return chosen;
}

/** Finds a column by its header cell or its name. An exact match wins over one that ignores case and white space. */
export function positionOf(name: string, columns: readonly Column[], header: readonly string[]): number {
  const exact = columns.findIndex((column, position) => header[position] === name || column.name === name);
  if (exact !== -1) return exact;
  const wanted = comparable(name);
  const position = columns.findIndex(
    (column, at) => comparable(header[at] ?? "") === wanted || comparable(column.name) === wanted,
  );
  if (position !== -1) return position;
  throw noSuchColumn(name, columns);
}

const comparable = (name: string): string => name.normalize("NFC").trim().toLowerCase().replace(/\s+/g, " ");

/** Maximum number of columns that a problem lists. */
const SHOWN_COLUMNS = 50;
/** Maximum number of characters of each column name in this list. */
const SHOWN_CHARACTERS = 100;

export function noSuchColumn(name: string, columns: readonly Column[]): Problem {
  const headers = columns.slice(0, SHOWN_COLUMNS).map((column) => cutText(column.name, SHOWN_CHARACTERS));
  const more = columns.length > SHOWN_COLUMNS ? ` and ${columns.length - SHOWN_COLUMNS} more` : "";
  return new Problem(
    "no-such-column",
    `The file has no column "${cutText(name, SHOWN_CHARACTERS)}". Use one of its columns: ${headers.map((header) => `"${header}"`).join(", ")}${more}.`,
    {
      extra: {
        headers,
        ...because("column-missing", { column: cutText(name, SHOWN_CHARACTERS), columns: headers.join(", ") }),
      },
    },
  );
}
