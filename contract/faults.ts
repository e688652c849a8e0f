// The faults of a request: all that a reader can use, and no more, however many a request has. Without zod: see batch.ts.
import { Problem, type ProblemSlug } from "./problems.ts";

/** One fault of a request; `pointer` is a JSON pointer that begins with the part: `/body/name`. */
export interface Fault {
  pointer: string;
  detail: string;
}

/** Faults that one answer names; it counts the others. */
export const MAX_FAULTS = 100;
/** Characters that are kept of a fault's pointer and detail. */
const MAX_POINTER = 200;
const MAX_FAULT_DETAIL = 400;
/** Characters of the sentence that lists the faults; a reader needs the first few. */
const MAX_SAID = 2000;

export const invalidRequest = (found: readonly Fault[], cause?: unknown): Problem =>
  problemOfFaults("invalid-request", found, cause);

/** The problem of a request with these faults, of which there is at least one. */
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
  let said = "";
  for (const [index, { pointer, detail }] of errors.entries()) {
    const next = `${said}${said === "" ? "" : "; "}${pointer}: ${detail}`;
    if (next.length > MAX_SAID) return `${said}; and ${errors.length - index + more} more.`;
    said = next;
  }
  if (more > 0) return `${said}; and ${more} more.`;
  return /[.!?]$/.test(said) ? said : `${said}.`;
}

/** At most `max` characters; a cut text ends with an ellipsis and never within a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - 1);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}
