// Where in a raw record the cell at fault stands.
import type { Import, Reject } from "../../../contract/imports/imports.ts";
import { readRecord } from "./records.ts";

export interface Marked {
  before: string;
  fault: string;
  after: string;
}

/** The record in three pieces; the middle one is empty where the cell cannot be pointed at for certain. */
export function markValue(
  { raw, value, column }: Pick<Reject, "raw" | "value" | "column">,
  { dialect, columns }: Pick<Import, "dialect" | "columns">,
): Marked {
  const places = columns.map(({ name }, i) => (name === column ? i : -1)).filter((i) => i !== -1);
  const place = places[0];
  if (dialect && place !== undefined && places.length === 1) {
    const field = readRecord(raw, 0, dialect).fields[place];
    // A value is cut where it is long; it must be the one that the server means all the same.
    if (field && field.end > field.start && field.value.trim().startsWith((value ?? "").trim())) {
      return cut(raw, field.start, field.end);
    }
  }
  const at = value === null || value === "" ? -1 : raw.indexOf(value);
  // Twice the same text: marking the first would be a guess.
  if (value === null || at === -1 || raw.includes(value, at + 1)) return { before: raw, fault: "", after: "" };
  return cut(raw, at, at + value.length);
}

const cut = (raw: string, start: number, end: number): Marked => ({
  before: raw.slice(0, start),
  fault: raw.slice(start, end),
  after: raw.slice(end),
});
