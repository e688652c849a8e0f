// The name of a user whom the identity provider introduces.
import { isOtherActor } from "../../../contract/actor.ts";
import { MAX_NAME_CHARACTERS } from "../../../contract/identity/identity-rules.ts";

/** Claims that may contain a name, best first. */
const NAME_CLAIMS = ["preferred_username", "name", "email", "sub"];
/** Room for a suffix such as " 12". */
const SUFFIX_CHARACTERS = 5;

/** Returns the name that the provider suggests. It is only shown: issuer and subject identify the user. */
export function suggestedName(claims: Readonly<Record<string, unknown>>): string {
  for (const claim of NAME_CLAIMS) {
    const name = cleanName(claims[claim]);
    if (name !== "" && !isOtherActor(name)) return name;
  }
  return "user";
}

function cleanName(value: unknown): string {
  if (typeof value !== "string") return "";
  // Control and format characters could hide or reorder parts of a name in lists and in the audit log.
  const printable = value
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/[\p{C}\p{Z}]+/gu, " ")
    .trim();
  return Array.from(printable)
    .slice(0, MAX_NAME_CHARACTERS - SUFFIX_CHARACTERS)
    .join("")
    .trim();
}
