// Suggests a condition that skips rows like a rejected one, such as a row of totals.
import type { RowRule } from "../model/conditions.ts";
import { isSameName } from "../model/patterns.ts";
import type { RowOutcome } from "./outcomes.ts";

/** If the key column is blank in the row, the condition skips all rows in which it is blank. Otherwise, it skips all rows that have the
 * same text in the first filled column of this row.
 * @param keyColumn the first column of the key that is blank in the row or, if none is, the first one */
export function ruleFor({ cells }: RowOutcome, keyColumn: string | undefined): RowRule | undefined {
  const isFilled = cells.some(({ name }) => keyColumn !== undefined && isSameName(name, keyColumn));
  if (keyColumn !== undefined && !isFilled) return { column: keyColumn, relation: "blank", text: "" };
  const [first] = cells;
  return first === undefined ? undefined : { column: first.name, relation: "is", text: first.value.trim() };
}
