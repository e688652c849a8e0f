// Describes why a sign-in at the identity provider failed, for the log and the audit log. Errors of openid-client contain the whole response
// of the provider, with its tokens, so only these texts of an error are used.
import { cutText } from "../../../../contract/faults.ts";

const MAX_CHARACTERS = 300;
/** Codes of OAuth, and the description that the provider adds. */
const MEMBERS = ["code", "error", "error_description"] as const;

export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const members = new Map<string, unknown>(Object.entries(error));
  const facts = MEMBERS.map((member) => members.get(member)).filter((fact) => typeof fact === "string");
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return cutText([`${error.message}${cause}`, ...facts].join("; "), MAX_CHARACTERS);
}
