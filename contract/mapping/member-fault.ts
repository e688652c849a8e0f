// Finds the fault to report for a value of a mapping, which can be a text, a list or an object.
import type { z } from "zod";
import { FAULTS } from "./mapping-faults.ts";

interface MemberFault {
  path: PropertyKey[];
  message: string;
}

/** Zod reports the faults of every form that a value can have (text, list or object). Returns the fault with the longest path, because the
 * form with this fault fits the value best. */
export function mostSpecific(issue: z.core.$ZodIssue): MemberFault {
  if (issue.code !== "invalid_union") return { path: [...issue.path], message: issue.message };
  const faults = issue.errors
    .flat()
    .map(mostSpecific)
    .sort((a, b) => b.path.length - a.path.length);
  const [best] = faults;
  if (best === undefined || best.path.length === 0)
    return { path: [...issue.path], message: isOfValue(issue) ? FAULTS.member : issue.message };
  return { path: [...issue.path, ...best.path], message: best.message };
}

/** Whether the fault concerns a value of the mapping language, which can be a text, a list or an object. */
const isOfValue = ({ errors }: z.core.$ZodIssueInvalidUnion): boolean =>
  errors.some(([first]) => first?.code === "invalid_type" && first.expected === "object");
