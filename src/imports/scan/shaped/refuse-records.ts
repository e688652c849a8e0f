// Finds the records of a file that are left out before products are formed: faulty records, repeated headers and errors of spreadsheets.
import { layoutOf } from "../../layout.ts";
import { planLayoutColumns, type MappingPlan } from "../../mapping/plan.ts";
import type { PlannedColumns } from "../../options/plan-columns.ts";
import { HeaderTest } from "../../read/fit/header-rows.ts";
import type { Table } from "../../read/read-records.ts";
import { RECORD_FAULTS, type Records } from "../../read/records.ts";
import type { Refusal } from "../../shape/form-in-memory.ts";
import { errorColumns, findErrorValues } from "../rows/cells/error-values.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";

/** Returns why record r of the window is left out; undefined if it is not. `row` is the number of the record, from 1. */
export type RefusalOf = (r: number, row: number) => Refusal | undefined;

/** Returns a function that inspects the records of a window. */
export function createRefuser(
  { columns, header }: Pick<Table, "header"> & Pick<PlannedColumns, "columns">,
  plan: MappingPlan,
  dialect: Dialect,
): (records: Records) => RefusalOf {
  const headerTest = new HeaderTest(header, keyColumn(plan), dialect);
  const source = layoutOf(planLayoutColumns(columns, null));
  const values = (plan.shape?.products ?? []).map(({ fields, attributes }) => ({ ...plan, fields, attributes }));
  const kept = { ...plan, attributes: plan.shape?.kept ?? [] };
  const checked = {
    columns: [...new Set([...values, kept].flatMap((each) => errorColumns(NO_COLUMNS, each).columns))],
    blank: new Set(plan.empty),
  };
  return (records) => {
    const errors = findErrorValues(records, source.width, checked);
    return (r, row) => {
      if (headerTest.matches(records, r, row - 1)) return { ignored: "header_repeated" };
      const fault = RECORD_FAULTS[records.fault[r] as number];
      if (fault) return { code: fault, column: -1 };
      const width = (records.first_field[r + 1] as number) - (records.first_field[r] as number);
      if (width < source.width) return { code: "too_few_fields", column: -1 };
      if (width > source.width) return { code: "too_many_fields", column: -1 };
      const column = errors?.get(r);
      return column === undefined ? undefined : { code: "value_damaged", column };
    };
  };
}

const NO_COLUMNS = layoutOf([]);

/** The column that contains the key of a product, if it is a single column; otherwise -1. */
function keyColumn({ shape }: MappingPlan): number {
  for (const { fields } of shape?.products ?? [])
    for (const { target, value } of fields) if (target === "sku") return value.column;
  return -1;
}
