// Why rows were rejected, in the reader's language.
import type { Reject, RejectCode, RejectGroup } from "../../../contract/imports/imports.ts";
import { spokenLanguage } from "../../texts/language.ts";
import { t } from "../../texts/t.ts";

export const reasonInWords = (code: RejectCode): string => t(`imports.reject.${code}`);

/** The server's sentence names the value, but knows English only. */
export const sentenceOf = ({ code, message }: Pick<Reject, "code" | "message">): string =>
  spokenLanguage.value === "en" ? message : reasonInWords(code);

export interface Reason {
  code: RejectCode;
  label: string;
  count: number;
}

/** One for each code, the most frequent first. */
export function reasonsOf(groups: readonly RejectGroup[]): Reason[] {
  const counts = new Map<RejectCode, number>();
  for (const { code, count } of groups) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts]
    .map(([code, count]) => ({ code, count, label: reasonInWords(code) }))
    .toSorted((a, b) => b.count - a.count);
}
