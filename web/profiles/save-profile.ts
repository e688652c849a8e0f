// Stores the text of a profile. If the server refuses it, returns the reason, so that the user can decide what to do.
import { Problem } from "../../contract/problems.ts";
import { profileEtag } from "../../contract/profiles/profile-names.ts";
import { mostSpecific } from "../../contract/mapping/member-fault.ts";
import { profile_definition, type ProfileDefinition } from "../../contract/profiles/profile.ts";
import { get_profile, put_profile, type Profile, type ProfileTestResult } from "../../contract/profiles/profiles.ts";
import { errorText } from "../server/problem-words.ts";
import { ask } from "../server/use-connection.ts";
import { shownLanguage } from "../texts/language.ts";
import { faultText } from "../texts/server-texts.ts";

export interface TextFault {
  /** JSON pointer within the text of the profile. */
  pointer: string;
  detail: string;
}

export type SaveOutcome =
  | { kind: "saved"; profile: Profile }
  | { kind: "faults"; faults: TextFault[] }
  | { kind: "tests_fail"; tests: ProfileTestResult[] }
  /** Another user has changed, created or deleted the profile; `current` is what is stored now. */
  | { kind: "conflict"; current: Profile | null };

/** The definition as the server has returned it or the user has written it. The server validates it. */
export type Definition = Record<string, unknown>;

/** @param base the version that the user has edited; null to create a profile
 * @throws an error that the user cannot resolve by editing the text */
export async function saveProfile(
  name: string,
  definition: Definition,
  base: Pick<Profile, "id" | "version"> | null,
  confirm = false,
): Promise<SaveOutcome> {
  const request = { params: { name }, querystring: { confirm }, body: definition as ProfileDefinition };
  const headers: Record<string, string> = base === null ? { "if-none-match": "*" } : { "if-match": profileEtag(base) };
  try {
    return { kind: "saved", profile: await ask(put_profile, request, { headers }) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    switch (error.slug) {
      case "profile-tests-fail":
        return { kind: "tests_fail", tests: error.extra["tests"] as ProfileTestResult[] };
      case "profile-changed":
        return { kind: "conflict", current: await findProfile(name) };
      case "invalid-request":
        return { kind: "faults", faults: faultsOf(error, definition) };
      default:
        throw error;
    }
  }
}

async function findProfile(name: string): Promise<Profile | null> {
  try {
    return await ask(get_profile, { params: { name } });
  } catch (error) {
    if (error instanceof Problem && error.slug === "not-found") return null;
    throw error;
  }
}

/** Converts a validation error to faults of the text. The text was the body of the request, or the member `definition` of the body. */
export function faultsOf(error: Problem, definition: Definition): TextFault[] {
  const errors = (error.extra["errors"] ?? []) as TextFault[];
  if (errors.length === 0) return [{ pointer: "", detail: errorText(error) }];
  const own = shownLanguage.value === "en" ? undefined : ownFaults(definition);
  return errors.map((fault) => {
    const pointer = fault.pointer.replace(/^\/body(?:\/definition(?=\/|$))?/, "");
    return { pointer, detail: own?.get(pointer) ?? faultText(fault.detail) };
  });
}

/** Validates the text of the profile with the server's schema. The server describes faults only in English; this function describes them in
 * the current language. Returns the descriptions by JSON pointer. */
function ownFaults(definition: Definition): Map<string, string> {
  const issues = profile_definition.safeParse(definition).error?.issues ?? [];
  return new Map(
    issues
      .map(mostSpecific)
      .map(({ path, message }) => [
        path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
        faultText(message),
      ]),
  );
}

export const profileText = (definition: unknown): string => `${JSON.stringify(definition, null, 2)}\n`;
