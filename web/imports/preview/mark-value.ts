// Finds the rejected cell in a raw record, so that the page can highlight it.
import type { Import, Reject } from "../../../contract/imports/imports.ts";
import { readRecord } from "./records.ts";

export interface Marked {
  before: string;
  fault: string;
  after: string;
}

/** Splits the record around the rejected cell. `fault` is empty if the cell cannot be located with certainty. */
export function markValue(
  { raw, value, column }: Pick<Reject, "raw" | "value" | "column">,
  { dialect, columns }: Pick<Import, "dialect" | "columns">,
): Marked {
  const indexes = columns.map(({ name }, i) => (name === column ? i : -1)).filter((i) => i !== -1);
  const index = indexes[0];
  if (dialect && index !== undefined && indexes.length === 1) {
    const field = readRecord(raw, 0, dialect).fields[index];
    // The server truncates long values, so `value` may only be the beginning of the cell.
    if (field && field.end > field.start && field.value.trim().startsWith((value ?? "").trim())) {
      return cut(raw, field.start, field.end);
    }
  }
  const at = value === null || value === "" ? -1 : raw.indexOf(value);
  // If the record contains the value twice, marking the first occurrence would be a guess.
  if (value === null || at === -1 || raw.includes(value, at + 1)) return { before: raw, fault: "", after: "" };
  return cut(raw, at, at + value.length);
}

const cut = (raw: string, start: number, end: number): Marked => ({
  before: raw.slice(0, start),
  fault: raw.slice(start, end),
  after: raw.slice(end),
});
