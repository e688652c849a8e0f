// Reject reasons in the current language.
import type { Reject, RejectCode, RejectGroup } from "../../../contract/imports/imports.ts";
import { shownLanguage } from "../../texts/language.ts";
import { t } from "../../texts/t.ts";

export const reasonLabel = (code: RejectCode): string => t(`imports.reject.${code}`);

/** The server's message, which names the value but exists only in English; in other languages, the label of the reason. */
export const rejectMessage = ({ code, message }: Pick<Reject, "code" | "message">): string =>
  shownLanguage.value === "en" ? message : reasonLabel(code);

export interface Reason {
  code: RejectCode;
  label: string;
  count: number;
}

/** Sums up the groups by code, the most frequent code first. */
export function reasonsOf(groups: readonly RejectGroup[]): Reason[] {
  const counts = new Map<RejectCode, number>();
  for (const { code, count } of groups) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts]
    .map(([code, count]) => ({ code, count, label: reasonLabel(code) }))
    .toSorted((a, b) => b.count - a.count);
}
