// Finds the fault to report for a value that may have several forms.
import type { z } from "zod";

interface MemberFault {
  path: PropertyKey[];
  message: string;
}

/** A value may be a text, a list or an object. Returns the fault in the alternative that fits best: the one with the longest path. */
export function mostSpecific(issue: z.core.$ZodIssue): MemberFault {
  if (issue.code !== "invalid_union") return { path: [...issue.path], message: issue.message };
  const faults = issue.errors
    .flat()
    .map(mostSpecific)
    .sort((a, b) => b.path.length - a.path.length);
  const [best] = faults;
  if (best === undefined || best.path.length === 0)
    return { path: [...issue.path], message: "Enter the name of a column, a list, or an object with `from`" };
  return { path: [...issue.path, ...best.path], message: best.message };
}
