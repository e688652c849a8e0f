// Validates the text of a profile and lists its faults.
import type { z } from "zod";
import { invalidRequest, type Fault } from "../../contract/faults.ts";
import { mostSpecific } from "../../contract/mapping/member-fault.ts";
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

/** Validates a request body that contains no profile. @throws Problem invalid-request */
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
