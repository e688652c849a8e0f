// Questions of an import: problems that the user solves by choosing the value of an option. Does not import zod, because commands import
// this file.
import type { Mapping } from "../mapping/mapping.ts";
import type { ProblemDocument } from "../problem-document.ts";
import { problemType } from "../problems.ts";

/** A possible answer to a question. The samples help the user decide. For a column, they are cells of the column; for an encoding, they
 * are lines of the file in this encoding. */
export interface Candidate {
  value: string;
  samples: string[];
  /** Present if `value` is not a column but the path of a list in the records. To choose this candidate, the client sends this mapping
   * instead of a value for the question's `option`. With this mapping, each element of the list becomes a product. */
  mapping?: Mapping;
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

/** Whether the members of a problem contain a question. An import with such a problem is held instead of failing. If no column looks
 * like the answer, the question has no candidates. The user can then answer with a mapping, for example one that joins several columns
 * to a name. */
export const isQuestion = ({ option, candidates }: Record<string, unknown>): boolean =>
  typeof option === "string" && Array.isArray(candidates);

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

/** The exact figures of the scanned file that the review of an import shows. They are members of the import's problem. */
export interface Review {
  rows: number;
  rejected: number;
  ignored: number;
  /** Number of rows that delete their products. */
  deleted: number;
  /** Number of rows that only add values to the product of another row. */
  adds: number;
  key: {
    /** Name of the key column, or the names of the columns from which the key is computed. */
    column: string;
    /** Number of rows that are products. */
    rows: number;
    /** Number of product rows whose key is blank. */
    blank: number;
    /** Number of different keys in the file. */
    distinct: number;
    /** Number of different keys in the file for which the catalogue has a product. */
    in_catalogue: number;
  };
}

/** @returns undefined if the problem is not the question of a review */
export function reviewOf(problem: ProblemDocument | null): Review | undefined {
  if (problem?.type !== problemType("review")) return undefined;
  // A review that an earlier version of Skuport stored may lack the newer counts.
  const { rows, rejected, ignored, deleted = 0, adds = 0, key } = problem as unknown as Partial<Review>;
  if (rows === undefined || rejected === undefined || ignored === undefined || key === undefined) return undefined;
  return { rows, rejected, ignored, deleted, adds, key };
}
