// Suggests a condition that skips rows like a rejected one, such as a row of totals.
import type { RowRule } from "../model/conditions.ts";
import { isSameName } from "../model/patterns.ts";
import type { RowOutcome } from "./outcomes.ts";

/** Returns a condition that skips rows like this one. If the row is blank in the key column, the condition skips all rows that are blank
 * there. Otherwise, it skips all rows that have the same text as this row in the column of this row's first filled cell.
 * @param keyColumn the first column of the key that is blank in this row; if no column of the key is blank, the first column of the key */
export function ruleFor({ cells }: RowOutcome, keyColumn: string | undefined): RowRule | undefined {
  const isFilled = cells.some(({ name }) => keyColumn !== undefined && isSameName(name, keyColumn));
  if (keyColumn !== undefined && !isFilled) return { column: keyColumn, relation: "blank", text: "" };
  const [first] = cells;
  return first === undefined ? undefined : { column: first.name, relation: "is", text: first.value.trim() };
}
