// Validates the text of a profile and lists its faults.
import type { z } from "zod";
import { invalidRequest, type Fault } from "../../contract/faults.ts";
import { profile_definition, type ProfileDefinition } from "../../contract/profiles/profile.ts";
import { profileKey } from "./profile-key.ts";

/**
 * Returns the profile in a request body, with the name from the URL.
 * @param pointer JSON pointer of the profile in the request
 * @throws Problem invalid-request with the faults of all members
 */
export function readDefinition(body: unknown, name: string, pointer = "/body"): ProfileDefinition {
  const parsed = profile_definition.safeParse(body);
  if (!parsed.success) throw invalidRequest(parsed.error.issues.map((issue) => faultOf(issue, pointer)));
  const { profile, ...members } = parsed.data;
  if (profile !== undefined && profileKey(profile) !== profileKey(name))
    throw invalidRequest([
      {
        pointer: `${pointer}/profile`,
        detail: `The profile has the name "${profile}", but the URL has "${name}". Use the same name in both, or omit the member "profile".`,
      },
    ]);
  return { profile: profile ?? name, ...members };
}

/** Validates a request body that contains no definition. @throws Problem invalid-request */
export function readBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw invalidRequest(parsed.error.issues.map((issue) => faultOf(issue, "/body")));
  return parsed.data;
}

function faultOf(issue: z.core.$ZodIssue, pointer: string): Fault {
  const { path, message } = mostSpecific(issue);
  return { pointer: [pointer, ...path.map((part) => escapePointer(String(part)))].join("/"), detail: message };
}

const escapePointer = (part: string): string => part.replaceAll("~", "~0").replaceAll("/", "~1");

/** A value may be a text, a list or an object. Returns the fault in the alternative that fits best: the one with the longest path. */
function mostSpecific(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  if (issue.code !== "invalid_union") return { path: [...issue.path], message: issue.message };
  const [best] = issue.errors
    .flat()
    .map(mostSpecific)
    .sort((a, b) => b.path.length - a.path.length);
  if (best === undefined || best.path.length === 0)
    return { path: [...issue.path], message: "Write the name of a column, a list, or an object with `from`" };
  return { path: [...issue.path, ...best.path], message: best.message };
}
