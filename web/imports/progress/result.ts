// The counts of an import as a sum: every row of the file is in exactly one part.
import { isTerminal, type Import } from "../../../contract/imports/imports.ts";
import { t } from "../../texts/t.ts";

export interface ResultPart {
  key: "created" | "updated" | "unchanged" | "superseded" | "rejected" | "open";
  label: string;
  count: number;
  explanation: string;
}

type Counts = Pick<Import, "state" | "rows" | "created" | "updated" | "unchanged" | "superseded" | "rejected">;

const PARTS = ["created", "updated", "unchanged", "superseded", "rejected"] as const;

/** Rows that have been decided so far. */
export const rowsDecided = (counts: Counts): number =>
  counts.created + counts.updated + counts.unchanged + counts.superseded + counts.rejected;

/** It is done, and of all its rows none is in the catalogue. */
export const tookNothing = ({ state, created, updated, unchanged, rejected }: Counts): boolean =>
  state === "done" && rejected > 0 && created + updated + unchanged === 0;

/** The parts add up to `rows`; what has not been decided is a part of its own, and there only then. */
export function resultParts(counts: Counts): ResultPart[] {
  const parts: ResultPart[] = PARTS.map((key) => ({
    key,
    label: t(`imports.counts.${key}`),
    count: counts[key],
    explanation: t(`imports.result.${key}`),
  }));
  const open = (counts.rows ?? 0) - rowsDecided(counts);
  if (open > 0) {
    const [label, explanation] = isTerminal(counts.state)
      ? [t("imports.result.not_imported"), t("imports.result.not_imported_text")]
      : [t("imports.result.pending"), t("imports.result.pending_text")];
    parts.push({ key: "open", label, count: open, explanation });
  }
  return parts;
}
