// The RFC 9457 document of a Problem.
import { z } from "zod";
import { cutText } from "./faults.ts";
import { Problem, PROBLEMS, problemType, type ProblemSlug } from "./problems.ts";

/** An RFC 9457 problem document. */
export const problem_document = z
  .looseObject({
    type: z.string().describe("`/problems/<slug>`; each slug has one meaning"),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    reason: z
      .string()
      .optional()
      .describe(
        "Distinguishes problems of the same type, for clients that show problems in another language than English",
      ),
    values: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .describe("The values that the text of the reason contains"),
    instance: z.string().optional().describe("Contains the request id, which the server's log contains too"),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .describe("The first 100 faults of the request, each with a JSON pointer to the faulty value"),
    more_errors: z.int().optional().describe("Number of faults not listed in `errors`"),
  })
  .meta({ id: "Problem" });

export type ProblemDocument = z.infer<typeof problem_document>;

/** Maximum size of a document, so that a small request cannot cause a large response. */
const MAX_DOCUMENT_BYTES = 64 << 10;
const MAX_DETAIL_CHARACTERS = 8000;

/** Returns a Problem as a document of at most 64 kB. `instance` contains the request id. */
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

/** Returns the Problem that a document describes. */
export function problemOf({ type, detail }: ProblemDocument): Problem {
  const slug = type.split("/").at(-1) ?? "";
  return new Problem(slug in PROBLEMS ? (slug as ProblemSlug) : "internal-error", detail);
}

/** Returns the members that fit into `maxBytes`, in their original order. If a list does not fit, its first items are kept. */
function withinBytes(members: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  let left = maxBytes;
  const fitting: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) {
    left -= bytesOf(name) + 2;
    const fitted = Array.isArray(value) ? firstWithin(value, left) : value;
    const bytes = bytesOf(fitted);
    if (bytes > left) continue;
    fitting[name] = fitted;
    left -= bytes;
  }
  return fitting;
}

function firstWithin(items: readonly unknown[], maxBytes: number): unknown[] {
  let bytes = 2;
  const end = items.findIndex((item) => (bytes += bytesOf(item) + 1) > maxBytes);
  return end === -1 ? [...items] : items.slice(0, end);
}

/** Returns `more_errors`, the number of faults that the document does not list: faults that did not fit into the document, plus the faults
 * that the problem itself did not list. */
function moreErrors(given: Record<string, unknown>, listed: Record<string, unknown>): { more_errors?: number } {
  if (!Array.isArray(given["errors"])) return {};
  const omitted = given["errors"].length - (Array.isArray(listed["errors"]) ? listed["errors"].length : 0);
  const more = omitted + (typeof given["more_errors"] === "number" ? given["more_errors"] : 0);
  return more > 0 ? { more_errors: more } : {};
}

const encoder = new TextEncoder();
const bytesOf = (value: unknown): number => encoder.encode(JSON.stringify(value ?? null)).length;

/** Problems of an endpoint that reads one item: the request is not valid, or the item does not exist. */
export const read_problems = { 400: problem_document, 404: problem_document };
