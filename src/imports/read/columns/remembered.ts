// Applies the remembered choices of earlier imports to the columns of a file.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { FIELD_NAMES, type FieldName } from "../../../catalog/product/column-lists.ts";
import { claimOf, isExactName } from "./column-claims.ts";
import { areYesNo } from "./judge-active.ts";
import { canBeKey } from "./key/key-values.ts";
import { plainName } from "./plain-name.ts";

/** What a user decided about columns with this name: the field that they contain, or `attribute` if they contain no field. */
export interface RememberedChoice {
  /** The name in the form that `plainName` returns. */
  name_key: string;
  target: FieldName | "attribute";
  /** Whether the choice applies even if another column has the exact name of the field. */
  beats_exact_name: boolean;
}

export interface DecidedColumns {
  /** For each field that has a choice, the position of the chosen column. */
  fields: ReadonlyMap<FieldName, number>;
  /** The positions of columns whose names fit a field, but for which the user chose that they contain no field. */
  others: ReadonlySet<number>;
}

export const NOTHING_DECIDED: DecidedColumns = { fields: new Map(), others: new Set() };

type Rows = readonly (readonly string[])[];

/**
 * Returns the columns whose meaning the remembered choices determine. A choice does not apply to a column with the exact name of a field,
 * to several columns with the same name, or to a column whose values do not fit the field.
 * @param names the trimmed cells of the header
 * @param choices all choices, in the order in which they were made: the newest wins
 */
export function decidedColumns(
  names: readonly string[],
  rows: Rows,
  choices: readonly RememberedChoice[],
): DecidedColumns {
  if (choices.length === 0) return NOTHING_DECIDED;
  const positions = uniqueNames(names);
  const fields = new Map<FieldName, number>();
  const others = new Set<number>();
  for (const { name_key, target, beats_exact_name } of choices) {
    const position = positions.get(name_key);
    if (position === undefined || isFieldName(names[position] as string)) continue;
    if (target === "attribute") {
      if (FIELD_NAMES.some((field) => claimOf(field, names[position] as string) !== undefined)) others.add(position);
    } else if (
      (beats_exact_name || !names.some((name) => isExactName(target, name))) &&
      isSuitable(target, names[position] as string, position, rows)
    )
      fields.set(target, position);
  }
  return { fields, others };
}

export const isFieldName = (name: string): boolean => FIELD_NAMES.some((field) => isExactName(field, name));

/** Maps each column name, in the form that `plainName` returns, to the position of its column. Leaves out names whose form is empty or
 * shared by several columns. */
export function uniqueNames(names: readonly string[]): Map<string, number> {
  const positions = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [position, name] of names.entries()) {
    const key = plainName(name);
    if (positions.has(key)) repeated.add(key);
    positions.set(key, position);
  }
  for (const key of [...repeated, ""]) positions.delete(key);
  return positions;
}

function isSuitable(field: FieldName, name: string, position: number, rows: Rows): boolean {
  if (name.endsWith(LIST_SUFFIX)) return false;
  if (rows.length === 0) return true;
  const values = rows.map((cells) => cells[position] ?? "").filter((value) => value.trim() !== "");
  if (values.length === 0) return false;
  switch (field) {
    case "sku":
      return canBeKey(name, position, rows);
    case "active":
      return areYesNo(values, false);
    case "name":
    case "description":
    case "parent_sku":
      return true;
  }
}
