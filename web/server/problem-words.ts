// Turns an error into a translated title and the server's own description.
import { UnreachableError } from "../../client/answer.ts";
import { Problem, PROBLEMS, type ProblemSlug } from "../../contract/problems.ts";
import { t } from "../texts/t.ts";

export function problemInWords(error: unknown): { title: string; description: string } {
  if (error instanceof Problem) return { title: problemTitle(error.slug), description: error.message };
  if (error instanceof UnreachableError) return { title: t("ui.no_answer"), description: error.message };
  return { title: t("ui.unexpected"), description: error instanceof Error ? error.message : String(error) };
}

/** The translated title of a problem. A server that is newer than this page may send a slug that the page does not know. */
export const problemTitle = (slug: string, unknown = slug): string =>
  isKnown(slug) ? t(`ui.problem.${slug}`) : unknown;

const isKnown = (slug: string): slug is ProblemSlug => Object.hasOwn(PROBLEMS, slug);
