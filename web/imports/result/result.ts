// Splits the rows of an import into parts for display; each row is in exactly one part.
import { isTerminal, type Import } from "../../../contract/imports/imports.ts";
import { t } from "../../texts/t.ts";

export interface ResultPart {
  key: "created" | "updated" | "unchanged" | "deleted" | "adds" | "superseded" | "rejected" | "ignored" | "pending";
  label: string;
  count: number;
  explanation: string;
}

type Counts = Pick<
  Import,
  "state" | "rows" | "created" | "updated" | "unchanged" | "deleted" | "adds" | "superseded" | "rejected" | "ignored"
>;

const PARTS = ["created", "updated", "unchanged", "deleted", "adds", "superseded", "rejected", "ignored"] as const;
/** Parts of the result that most imports lack. Such a part is shown only if its count is not 0. */
const RARE: ReadonlySet<string> = new Set(["deleted", "adds"]);

/** Number of rows processed so far. */
export const countProcessed = (counts: Counts): number => PARTS.reduce((sum, key) => sum + counts[key], 0);

/** Splits the rows into parts that add up to `rows`. Unprocessed rows, if there are any, are a part of their own. */
export function resultParts(counts: Counts): ResultPart[] {
  const parts: ResultPart[] = PARTS.filter((key) => counts[key] > 0 || !RARE.has(key)).map((key) => ({
    key,
    label: t(`imports.counts.${key}`),
    count: counts[key],
    explanation: t(`imports.result.${key}`),
  }));
  const pending = (counts.rows ?? 0) - countProcessed(counts);
  if (pending > 0) {
    const [label, explanation] = isTerminal(counts.state)
      ? [t("imports.result.not_imported"), t("imports.result.not_imported_text")]
      : [t("imports.result.pending"), t("imports.result.pending_text")];
    parts.push({ key: "pending", label, count: pending, explanation });
  }
  return parts;
}
