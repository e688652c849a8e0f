// How deep JSON from outside may be nested.
import { Problem } from "../contract/problems.ts";

/** No body needs more than ten. JSON.stringify and PostgreSQL's jsonb overflow their stacks at some thousands. */
const MAX_DEPTH = 100;

/** Visits the value level by level, without recursion. @throws Problem invalid-request */
export function checkDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new Problem(
        "invalid-request",
        `The body is nested more than ${MAX_DEPTH} levels deep. Send a flatter one.`,
      );
    const next: unknown[] = [];
    for (const item of level)
      if (typeof item === "object" && item !== null)
        for (const member of Object.values(item)) if (typeof member === "object" && member !== null) next.push(member);
    level = next;
  }
}
