// Suggests a condition that skips rows like a rejected one, such as a row of totals.
import type { RowRule } from "../model/conditions.ts";
import { isSameName } from "../model/patterns.ts";
import type { RowOutcome } from "./outcomes.ts";

/** If the column of the SKU is blank, rows without it are skipped. Otherwise, rows with the same first text are skipped.
 * @param keyColumn the first column of the key that is blank in the row or, if none is, the first one */
export function ruleFor({ cells }: RowOutcome, keyColumn: string | undefined): RowRule | undefined {
  const isFilled = cells.some(({ name }) => keyColumn !== undefined && isSameName(name, keyColumn));
  if (keyColumn !== undefined && !isFilled) return { column: keyColumn, relation: "blank", text: "" };
  const [first] = cells;
  return first === undefined ? undefined : { column: first.name, relation: "is", text: first.value.trim() };
}
