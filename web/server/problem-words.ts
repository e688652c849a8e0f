// Describes errors in the current language.
import { UnreachableError } from "../../client/answer.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";
import { Problem, PROBLEMS, type ProblemSlug } from "../../contract/problems.ts";
import { shownLanguage } from "../texts/language.ts";
import { problemText } from "../texts/server-texts.ts";
import { t } from "../texts/t.ts";

export function problemInWords(error: unknown): { title: string; description: string } {
  if (error instanceof Problem) return { title: problemTitle(error.slug), description: errorText(error) };
  if (error instanceof UnreachableError) return { title: t("ui.no_answer"), description: errorText(error) };
  return { title: t("ui.unexpected"), description: errorText(error) };
}

/** What happened and what to do next. An error that is not a problem has an English message only. */
export function errorText(error: unknown): string {
  if (error instanceof Problem) return problemText(error.slug, error.message, error.extra);
  if (error instanceof UnreachableError && shownLanguage.value !== "en") return t("ui.no_answer_text");
  return error instanceof Error ? error.message : String(error);
}

/** The translated title of a problem. A server that is newer than this page may send a slug that the page does not know. */
export const problemTitle = (slug: string, unknown = slug): string =>
  isKnown(slug) ? t(`ui.problem.${slug}`) : unknown;

/** The text of a problem document, such as the problem of a failed import. */
export const problemDetail = ({ type, detail, ...members }: ProblemDocument): string =>
  problemText(type.slice(type.lastIndexOf("/") + 1), detail, members);

const isKnown = (slug: string): slug is ProblemSlug => Object.hasOwn(PROBLEMS, slug);
