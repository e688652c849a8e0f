// The document that tells of a Problem (RFC 9457).
import { z } from "zod";
import { Problem, PROBLEMS, problemType, type ProblemSlug } from "./problems.ts";

/** An RFC 9457 problem document. */
export const problem_document = z
  .looseObject({
    type: z.string().describe("`/problems/<slug>`: one meaning, one slug"),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional().describe("The request id, to find the log lines by"),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .describe("All faults of the request, with JSON pointers"),
  })
  .meta({ id: "Problem" });

export type ProblemDocument = z.infer<typeof problem_document>;

/** The document for a Problem; `instance` is the request id. */
export function toProblemDocument(problem: Problem, instance?: string): ProblemDocument {
  const { status, title } = PROBLEMS[problem.slug];
  return {
    ...problem.extra,
    type: problemType(problem.slug),
    title,
    status,
    detail: problem.message,
    ...(instance === undefined ? {} : { instance }),
  };
}

/** The Problem that a document of ours describes. */
export function problemOf({ type, detail }: ProblemDocument): Problem {
  const slug = type.split("/").at(-1) ?? "";
  return new Problem(slug in PROBLEMS ? (slug as ProblemSlug) : "internal-error", detail);
}
