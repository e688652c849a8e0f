// Builds problems of limited length that list the faults of a request. Does not import zod, for the reason given in
// contract/catalog/batch.ts.
import { Problem, type ProblemSlug } from "./problems.ts";

/** One fault of a request. `pointer` is a JSON pointer that begins with the part of the request: `/body/name`. */
export interface Fault {
  pointer: string;
  detail: string;
}

/** Maximum number of faults listed in a response; further faults are only counted. */
export const MAX_FAULTS = 100;
/** Maximum length of a fault's pointer, in characters. */
const MAX_POINTER = 200;
/** Maximum length of a fault's detail, in characters. */
const MAX_FAULT_DETAIL = 400;
/** Maximum length of the sentence that lists the faults, in characters. */
const MAX_SENTENCE = 2000;

export const invalidRequest = (found: readonly Fault[], cause?: unknown): Problem =>
  problemOfFaults("invalid-request", found, cause);

/** Returns a problem that lists these faults; at least one fault is required. */
export function problemOfFaults(slug: ProblemSlug, found: readonly Fault[], cause?: unknown): Problem {
  const errors = found.slice(0, MAX_FAULTS).map(({ pointer, detail }) => ({
    pointer: cutText(pointer, MAX_POINTER),
    detail: cutText(detail, MAX_FAULT_DETAIL),
  }));
  const more = found.length - errors.length;
  const options = { extra: { errors, ...(more > 0 ? { more_errors: more } : {}) } };
  return new Problem(slug, sentenceOf(errors, more), cause === undefined ? options : { ...options, cause });
}

function sentenceOf(errors: readonly Fault[], more: number): string {
  let sentence = "";
  for (const [index, { pointer, detail }] of errors.entries()) {
    const next = `${sentence}${sentence === "" ? "" : "; "}${pointer}: ${detail}`;
    if (next.length > MAX_SENTENCE) return `${sentence}; and ${errors.length - index + more} more.`;
    sentence = next;
  }
  if (more > 0) return `${sentence}; and ${more} more.`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Truncates a string to `max` characters, including the ellipsis, without splitting a surrogate pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const start = text.slice(0, max - 1);
  return `${start.isWellFormed() ? start : start.slice(0, -1)}…`;
}
