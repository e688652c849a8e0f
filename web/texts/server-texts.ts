// Shows what the server reports in English in the current language: problems, notices, and faults of a mapping. Each English message of the
// server has a code, which selects the text, and values, which replace the placeholders of the text.
import { shallowRef } from "vue";
import type { FAULTS } from "../../contract/mapping/mapping-faults.ts";
import type { NoticeCode } from "../../contract/imports/notices.ts";
import type { Reason, ReasonValues } from "../../contract/problem-reasons.ts";
import type { ProblemSlug } from "../../contract/problems.ts";
import { locale } from "./language.ts";

/** The texts of a language other than English. If the text of a problem is null, the page shows the English message. */
export interface ServerTexts {
  problems: Readonly<Record<ProblemSlug, string | null>>;
  reasons: Readonly<Record<Reason, string>>;
  notices: Readonly<Record<NoticeCode, string>>;
  /** The texts for notices about several columns. */
  many: Readonly<Partial<Record<NoticeCode, string>>>;
  /** The texts for the faults of a mapping, by the English messages. */
  faults: Readonly<Record<(typeof FAULTS)[keyof typeof FAULTS], string>>;
}

/** The texts of the language that is shown; null for English. */
export const serverTexts = shallowRef<ServerTexts | null>(null);

/** @param extra the members of the problem document that the standard does not define
 * @returns the English `detail` if the language has no text for the problem */
export function problemText(slug: string, detail: string, extra: Readonly<Record<string, unknown>>): string {
  const texts = serverTexts.value;
  if (texts === null) return detail;
  const { reason, values, statement } = extra;
  const text =
    typeof reason === "string"
      ? (texts.reasons as Readonly<Record<string, string>>)[reason]
      : (texts.problems as Readonly<Record<string, string | null>>)[slug];
  return fill(text, { ...(typeof statement === "string" ? { statement } : {}), ...(values as ReasonValues) }) ?? detail;
}

interface ReportedNotice {
  code: NoticeCode;
  message: string;
  column: string | null;
  values?: ReasonValues | undefined;
}

/** @returns undefined if the language has no text for the notice */
export function noticeWords({ code, column, values = {} }: ReportedNotice): string | undefined {
  const texts = serverTexts.value;
  if (texts === null) return undefined;
  return fill(column === null ? (texts.many[code] ?? texts.notices[code]) : texts.notices[code], values);
}

/** @returns the English message if the language has no text for the fault */
export const faultText = (message: string): string =>
  (serverTexts.value?.faults as Readonly<Record<string, string>> | undefined)?.[message] ?? message;

/** Replaces the placeholders of a text. Returns undefined if a value or the text is missing. */
export function fill(text: string | null | undefined, values: Readonly<ReasonValues>): string | undefined {
  if (text === null || text === undefined) return undefined;
  const isComplete = [...text.matchAll(PLACEHOLDER)].every(([, name = ""]) => Object.hasOwn(values, name));
  if (!isComplete) return undefined;
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? value.toLocaleString(locale.value) : value;
  });
}

const PLACEHOLDER = /\{(\w+)\}/g;
