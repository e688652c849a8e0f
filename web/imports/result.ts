// The counts of an import as a sum: every row of the file is in exactly one part.
import { isTerminal, type Import } from "../../contract/imports.ts";

export interface ResultPart {
  key: "created" | "updated" | "unchanged" | "superseded" | "rejected" | "open";
  label: string;
  count: number;
  explanation: string;
}

type Counts = Pick<Import, "state" | "rows" | "created" | "updated" | "unchanged" | "superseded" | "rejected">;

/** Rows that have been decided so far. */
export const rowsDecided = (counts: Counts): number =>
  counts.created + counts.updated + counts.unchanged + counts.superseded + counts.rejected;

/** The parts add up to `rows`; what has not been decided is a part of its own, and there only then. */
export function resultParts(counts: Counts): ResultPart[] {
  const parts: ResultPart[] = [
    { key: "created", label: "Created", count: counts.created, explanation: "New products" },
    { key: "updated", label: "Updated", count: counts.updated, explanation: "Products that changed" },
    { key: "unchanged", label: "Unchanged", count: counts.unchanged, explanation: "Already up to date" },
    { key: "superseded", label: "Superseded", count: counts.superseded, explanation: "Repeated SKUs" },
    { key: "rejected", label: "Rejected", count: counts.rejected, explanation: "Rows with a fault" },
  ];
  const open = (counts.rows ?? 0) - rowsDecided(counts);
  if (open > 0) {
    parts.push(
      isTerminal(counts.state)
        ? { key: "open", label: "Not applied", count: open, explanation: "Never reached" }
        : { key: "open", label: "To do", count: open, explanation: "Not reached yet" },
    );
  }
  return parts;
}
