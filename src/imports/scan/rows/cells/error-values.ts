// Recognizes the error values of spreadsheets, such as #N/A, in all languages of Excel and LibreOffice. A cell with an error has no value:
// its formula failed, or found nothing.
import type { Layout } from "../../../layout.ts";
import type { MappingPlan, Step, ValueNode } from "../../../mapping/plan.ts";
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

/**
 * Returns the columns of the file whose texts can get into the catalogue: columns that are copied, and columns from which a mapping computes
 * values. The SKU column is left out, because rows with a damaged SKU are rejected with a code of their own.
 * @param handling steps that can deal with a damaged text, such as a value map that replaces `#N/A`. A value with one of these steps does
 * not add the columns that it reads
 */
export function storedSources(
  { columns, sku, file_width }: Layout,
  plan: MappingPlan | null,
  handling: ReadonlySet<Step["step"]>,
): number[] {
  const found = new Set<number>();
  columns.slice(0, file_width).forEach(({ target }, index) => {
    if (index !== sku && target !== "ignored" && target !== "used") found.add(index);
  });
  const addSources = ({ sources, steps }: ValueNode): void => {
    if (steps.some(({ step }) => handling.has(step))) return;
    for (const source of sources) {
      if (typeof source === "number") found.add(source);
      else addSources(source);
    }
  };
  const kept = { fields: [], attributes: plan?.shape?.kept ?? [], pairs: [] };
  for (const { fields, attributes, pairs } of plan === null ? [] : [plan, ...(plan.shape?.products ?? []), kept]) {
    for (const { target, value } of fields) if (target !== "sku") addSources(value);
    for (const { value } of attributes) addSources(value);
    for (const pair of pairs) {
      if (pair.kind !== "each") found.add(pair.column);
      else for (const value of [pair.value, pair.unit]) if (value !== null) addSources(value);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** The steps that can replace an error value, such as a value map with the text `#N/A`. */
const HANDLING: ReadonlySet<Step["step"]> = new Set(["map"]);

/** The columns that are searched for error values, and the error values that the mapping treats as blank. */
export interface ErrorColumns {
  columns: readonly number[];
  blank: ReadonlySet<string>;
}

/** Returns the columns that are searched for error values. */
export const errorColumns = (layout: Layout, plan: MappingPlan | null): ErrorColumns => ({
  columns: storedSources(layout, plan, HANDLING),
  blank: new Set(plan?.empty),
});

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
