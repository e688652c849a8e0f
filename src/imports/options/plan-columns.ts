// Decides what each column of a table becomes, from the import's options and the header.
import { kindOf } from "../../catalog/product/column-lists.ts";
import { compileMapping } from "../mapping/compile.ts";
import { columnsOfValue } from "../mapping/compile/plan-columns.ts";
import type { MappingPlan } from "../mapping/plan.ts";
import { yesNoNumbers } from "../read/columns/judge-active.ts";
import { valuesOf } from "../read/columns/match-columns.ts";
import { missingKeyOf } from "./missing-key.ts";
import { withNamedAttributes } from "./named-attributes.ts";
import { withOverlayBase } from "./overlay-base.ts";
import { chooseColumns, noSuchColumn, positionOf } from "../read/columns/choose-columns.ts";
import type { Table } from "../read/read-records.ts";
import type { Column, GivenOptions } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import type { Notice } from "../../../contract/imports/notices.ts";

export interface PlannedColumns {
  columns: Column[];
  /** What to compute for each record; null if columns are only copied. */
  plan: MappingPlan | null;
  /** Notices about columns that the mapping uses and the file lacks. */
  notices: Notice[];
  /** The columns from which the profile reads the SKU, if the file has none of them. */
  missing_key?: string[];
}

type ColumnOptions = Partial<Pick<GivenOptions, "key" | "name" | "mapping" | "repeats">>;

/** @param profile the profile from which the mapping comes, if any. A built-in profile names columns of every version of its files, so a
 * file that lacks some of them gets no notice.
 * @throws Problem no-such-column if the file lacks the column of an option, or the key column of a mapping without a profile;
 * mapping-invalid */
export function planColumns(
  { columns, header, rows }: Pick<Table, "columns" | "header" | "rows">,
  { key, name, mapping, repeats }: ColumnOptions,
  profile: { built_in: boolean } | null = null,
): PlannedColumns {
  const isBuiltIn = profile?.built_in === true;
  // If the file has no header, use the names that detection or the mapping gave to its columns.
  const names = header.length > 0 ? header : columns.map((column) => column.name);
  const given = mapping ?? mappingOfShared({ columns, header }, names, { key, name });
  if (given === undefined) return { columns: chooseColumns(columns, header, { key, name }), plan: null, notices: [] };
  const chosen: Mapping = {
    ...given,
    key: keyOf(given, key),
    ...(name === undefined ? {} : { name }),
    ...(repeats === undefined ? {} : { repeats }),
  };
  const fitting = isBuiltIn ? withNamedAttributes(chosen, names) : chosen;
  const compiled = compileMapping(withOverlayBase(fitting, names, rows), names);
  for (const option of [key, name])
    if (option !== undefined && compiled.missing.includes(option)) throw noSuchColumn(option, columns);
  const missingKey = profile === null || key !== undefined ? undefined : missingKeyOf(fitting, compiled.missing);
  if (!hasKey(compiled) && missingKey === undefined)
    throw noSuchColumn(typeof chosen.key === "string" ? chosen.key : "key", columns);
  if (compiled.plan !== null) explainNumbers(compiled.plan, rows);
  return {
    ...compiled,
    notices: isBuiltIn ? [] : compiled.missing.map(missingColumn),
    ...(missingKey === undefined ? {} : { missing_key: missingKey }),
  };
}

/**
 * Returns a mapping if one column contains both the key and the names, because the products have no codes; otherwise undefined. Such a file
 * needs a mapping, because a column without a mapping is copied to one field only.
 */
function mappingOfShared(
  { columns, header }: Pick<Table, "columns" | "header">,
  names: readonly string[],
  { key, name }: Pick<ColumnOptions, "key" | "name">,
): Mapping | undefined {
  if (key === undefined && name === undefined) return undefined;
  const indexOf = (option: string | undefined, field: Column["target"]): number =>
    option === undefined ? columns.findIndex(({ target }) => target === field) : positionOf(option, columns, header);
  const position = indexOf(key, "sku");
  if (position === -1 || position !== indexOf(name, "name")) return undefined;
  const shared = names[position] as string;
  const fields = columns.flatMap(({ target }, at): [string, string][] =>
    COPIED_TARGETS.has(target) && at !== position ? [[target, names[at] as string]] : [],
  );
  return { ...Object.fromEntries(fields), key: shared, name: shared };
}

const COPIED_TARGETS: ReadonlySet<Column["target"]> = new Set(["description", "active"]);

/** Returns the key that the option names: one of the mapping's `other_keys`, or a column. Without the option, returns the mapping's key. */
function keyOf({ key: own, other_keys: others = {} }: Mapping, option: string | undefined): Mapping["key"] {
  const key = option ?? own;
  return typeof key === "string" && Object.hasOwn(others, key) ? (others[key] as Mapping["key"]) : key;
}

/**
 * Decides whether -1 and 2 mean yes or no in a computed value of the field `active`. As for a copied column, the values in the first rows
 * decide.
 */
function explainNumbers({ fields, shape }: MappingPlan, rows: Table["rows"]): void {
  const ofProducts = shape?.products.flatMap((product) => product.fields) ?? [];
  for (const { target, value } of [...fields, ...ofProducts]) {
    if (kindOf(target) !== "boolean") continue;
    const numbers = yesNoNumbers(columnsOfValue(value).flatMap((column) => valuesOf(rows, column)));
    for (const step of value.steps) if (step.step === "yes_no") step.numbers = numbers;
  }
}

const hasKey = ({ columns, plan }: Pick<PlannedColumns, "columns" | "plan">): boolean =>
  [...columns, ...(plan?.columns ?? [])].some(({ target }) => target === "sku");

const missingColumn = (name: string): Notice => ({
  code: "missing_column",
  message: `The mapping uses the column "${name}", which the file lacks. The values that this column would set stay unchanged.`,
  column: name,
  count: null,
});

/** Whether the options determine the key column. If they do, the import does not check whether the column's values can be SKUs. */
export const isKeyChosen = ({ key, mapping }: Pick<GivenOptions, "key" | "mapping">): boolean =>
  key !== undefined || mapping !== undefined;
