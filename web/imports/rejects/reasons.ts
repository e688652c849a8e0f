// The reject reasons of an import, in the current language.
import type { RejectCode, RejectGroup } from "../../../contract/imports/imports.ts";
import { reasonLabel } from "../../server/texts/import-texts.ts";

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
