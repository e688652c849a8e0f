// Questions of an import: problems that the user solves by choosing the value of an option. Does not import zod, because commands import
// this file.
import type { ProblemDocument } from "../problem-document.ts";

/** A possible answer, with samples of what it means. */
export interface Candidate {
  value: string;
  samples: string[];
}

export interface Question {
  /** Name of the option that answers the question. */
  option: string;
  candidates: Candidate[];
  /**
   * Path of the statement of the mapping that the question is about, such as `attributes.colour`; empty if it is not about a statement.
   */
  statement: string;
}

/** Whether the members of a problem contain a question. An import with such a problem is held instead of failing. */
export const isQuestion = ({ option, candidates }: Record<string, unknown>): boolean =>
  typeof option === "string" && Array.isArray(candidates) && candidates.length > 0;

/** @returns undefined if the problem is not a question */
export function questionOf(problem: ProblemDocument | null): Question | undefined {
  if (problem === null || !isQuestion(problem)) return undefined;
  const { option, candidates, statement } = problem as Record<string, unknown>;
  return {
    option: option as string,
    candidates: candidates as Candidate[],
    statement: typeof statement === "string" ? statement : "",
  };
}
