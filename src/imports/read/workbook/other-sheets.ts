// Describes the sheets of a workbook that could be imported instead of a sheet without a SKU column.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { truncated } from "./broken-workbook.ts";

/** Maximum number of sheets that the text names. */
const NAMED_SHEETS = 10;

/** Returns a sentence that follows the description of the problem, or an empty string if no other sheet has a SKU column. */
export function describeOtherSheets({ sheets = [] }: Dialect): string {
  const others = sheets.filter(({ read, has_sku }) => !read && has_sku === true);
  const [first] = others;
  if (first === undefined) return "";
  const names = others
    .slice(0, NAMED_SHEETS)
    .map(({ name, hidden }) => `"${truncated(name)}"${hidden ? " (hidden)" : ""}`);
  const more = others.length > NAMED_SHEETS ? ` and ${others.length - NAMED_SHEETS} more` : "";
  return others.length === 1
    ? ` The sheet ${names.join("")} has a SKU column. To import it, choose that sheet (option sheet).`
    : ` These sheets have a SKU column: ${names.join(", ")}${more}. To import one of them, choose that sheet (option sheet).`;
}
