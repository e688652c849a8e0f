// The document that tells of a Problem (RFC 9457).
import { z } from "zod";
import { cutText } from "./faults.ts";
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
      .describe("The faults of the request, with JSON pointers; the first 100"),
    more_errors: z.int().optional().describe("Faults beyond those in `errors`"),
  })
  .meta({ id: "Problem" });

export type ProblemDocument = z.infer<typeof problem_document>;

/** Bytes of a document, so that no request is answered with much more than it sent. */
const MAX_DOCUMENT_BYTES = 64 << 10;
const MAX_DETAIL_CHARACTERS = 8000;

/** The document for a Problem, of at most 64 kB; `instance` is the request id. */
export function toProblemDocument(problem: Problem, instance?: string): ProblemDocument {
  const { status, title } = PROBLEMS[problem.slug];
  const document = {
    type: problemType(problem.slug),
    title,
    status,
    detail: cutText(problem.message, MAX_DETAIL_CHARACTERS),
    ...(instance === undefined ? {} : { instance }),
  };
  const extra = withinBytes(problem.extra, MAX_DOCUMENT_BYTES - bytesOf(document));
  return { ...extra, ...moreErrors(problem.extra, extra), ...document };
}

/** The Problem that a document of ours describes. */
export function problemOf({ type, detail }: ProblemDocument): Problem {
  const slug = type.split("/").at(-1) ?? "";
  return new Problem(slug in PROBLEMS ? (slug as ProblemSlug) : "internal-error", detail);
}

/** The members in their order, as far as they fit; of a list those that come first. */
function withinBytes(members: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  let left = maxBytes;
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    left -= bytesOf(name) + 2;
    const shown = Array.isArray(value) ? firstWithin(value, left) : value;
    const bytes = bytesOf(shown);
    if (bytes > left) continue;
    kept[name] = shown;
    left -= bytes;
  }
  return kept;
}

function firstWithin(items: readonly unknown[], maxBytes: number): unknown[] {
  let bytes = 2;
  const end = items.findIndex((item) => (bytes += bytesOf(item) + 1) > maxBytes);
  return end === -1 ? [...items] : items.slice(0, end);
}

/** Counts the faults that did not fit as well. */
function moreErrors(given: Record<string, unknown>, kept: Record<string, unknown>): { more_errors?: number } {
  if (!Array.isArray(given["errors"])) return {};
  const leftOut = given["errors"].length - (Array.isArray(kept["errors"]) ? kept["errors"].length : 0);
  const more = leftOut + (typeof given["more_errors"] === "number" ? given["more_errors"] : 0);
  return more > 0 ? { more_errors: more } : {};
}

const encoder = new TextEncoder();
const bytesOf = (value: unknown): number => encoder.encode(JSON.stringify(value ?? null)).length;
