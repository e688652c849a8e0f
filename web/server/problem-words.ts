// An error as people read it: a title in their language, and the server's own sentence, which says what and where.
import { UnreachableError } from "../../client/answer.ts";
import { Problem, PROBLEMS, type ProblemSlug } from "../../contract/problems.ts";
import { english } from "../texts/en.ts";
import { t } from "../texts/t.ts";

export function problemInWords(error: unknown): { title: string; description: string } {
  if (error instanceof Problem) return { title: problemTitle(error.slug), description: error.message };
  if (error instanceof UnreachableError) return { title: t("ui.no_answer"), description: error.message };
  return { title: t("ui.unexpected"), description: error instanceof Error ? error.message : String(error) };
}

/** The title of a problem in the reader's language. A newer server may have ones that have no words here. */
function problemTitle(slug: string): string {
  if (hasWords(slug)) return t(`ui.problem.${slug}`);
  return Object.hasOwn(PROBLEMS, slug) ? PROBLEMS[slug as ProblemSlug].title : slug;
}

const hasWords = (slug: string): slug is keyof typeof english.ui.problem => Object.hasOwn(english.ui.problem, slug);
