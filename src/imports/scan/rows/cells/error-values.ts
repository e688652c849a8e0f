// Recognizes the error values of spreadsheets, such as #N/A, in all languages of Excel and LibreOffice. A cell with an error has no value:
// its formula failed, or found nothing.
import type { Layout } from "../../../layout.ts";
import type { MappingPlan, ValueNode } from "../../../mapping/plan.ts";
import { mayContain } from "../../../read/fit/clean-cells.ts";
import type { Records } from "../../../read/records.ts";
import { isFilledWithHashes, MAX_ERROR_BYTES } from "../../../damaged/error-keys.ts";
import { ERRORS } from "../../../damaged/spreadsheet-words.ts";

const HASH = 0x23;
const COLON = 0x3a;
/** The beginning of LibreOffice's numbered errors, such as `Err:502`. */
const NUMBERED_ERROR = Buffer.from("Err:5");

/** Returns the text in `bytes[start, end)` if it is an error value. Spreadsheets write errors in capital letters, so `#name?` is not an
 * error value. */
function errorIn(bytes: Buffer, start: number, end: number): string | undefined {
  if (end - start > MAX_ERROR_BYTES || end - start < 3) return undefined;
  if (bytes[start] !== HASH && bytes[start + 3] !== COLON) return undefined;
  const text = bytes.toString("utf8", start, end).trim();
  if (isFilledWithHashes(bytes, start, end)) return text;
  if (!ERRORS.has(text.toLowerCase())) return undefined;
  return text.startsWith("Err:") || text === text.toUpperCase() ? text : undefined;
}

/** Returns the columns of the file whose cells are stored, except the SKU column. Rows with a damaged SKU are rejected with a code of
 * their own. */
export const storedColumns = ({ columns, sku, file_width }: Layout): number[] =>
  columns.slice(0, file_width).flatMap(({ target }, index) => (index === sku || target === "ignored" ? [] : [index]));

/** The columns in which error values are searched, and the errors that the mapping treats as blank. */
export interface ErrorColumns {
  columns: readonly number[];
  blank: ReadonlySet<string>;
}

/**
 * Returns the columns that are searched for error values: those that are stored, and those from which a mapping computes texts. Columns
 * that a value map reads are not added, because the map may contain texts such as `#N/A`.
 */
export function errorColumns(layout: Layout, plan: MappingPlan | null): ErrorColumns {
  const columns = new Set(storedColumns(layout));
  const addSources = ({ sources, steps }: ValueNode): void => {
    if (steps.some(({ step }) => step === "map")) return;
    for (const source of sources) {
      if (typeof source === "number") columns.add(source);
      else addSources(source);
    }
  };
  for (const { target, value } of plan?.fields ?? []) if (target !== "sku") addSources(value);
  for (const { value } of plan?.attributes ?? []) addSources(value);
  return { columns: [...columns].sort((a, b) => a - b), blank: new Set(plan?.empty) };
}

/** Returns, for each record with an error value, the index of the first column with such a value. Most windows contain neither `#` nor
 * `Err:5`, and need only a fast native search for these bytes. */
export function findErrorValues(
  records: Records,
  width: number,
  { columns, blank }: ErrorColumns,
): ReadonlyMap<number, number> | undefined {
  if (!mayContain(records, HASH) && !mayContain(records, NUMBERED_ERROR)) return undefined;
  const { bytes, count, first_field, field_start, field_end } = records;
  let found: Map<number, number> | undefined;
  for (let r = 0; r < count; r++) {
    const first = first_field[r] as number;
    if ((first_field[r + 1] as number) - first !== width) continue;
    for (const column of columns) {
      const field = first + column;
      const error = errorIn(bytes, field_start[field] as number, field_end[field] as number);
      if (error === undefined || blank.has(error)) continue;
      (found ??= new Map()).set(r, column);
      break;
    }
  }
  return found;
}
