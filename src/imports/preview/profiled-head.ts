// Reads the first records of a file with the profile that the options name, or with the one that fits its columns.
import { chooseProfile, selects, withMapping, type ChosenProfile } from "../../profiles/choose-profile.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { overridesOf } from "../options/overrides.ts";
import { readHead, type Head } from "../read/read-head.ts";
import { readsDifferently } from "../scan/profile/profile-of-scan.ts";
import type { ImportOptions } from "../../../contract/imports/imports.ts";

export interface PreviewProfiles {
  /** The profile that the options name. */
  named?: KnownProfile | null;
  /** The profiles to select from. */
  known?: readonly KnownProfile[];
}

/** @returns `head` is undefined if the file can only be read whole */
export async function readProfiledHead(
  bytes: Buffer,
  isWhole: boolean,
  options: ImportOptions,
  { named = null, known = [] }: PreviewProfiles,
): Promise<{ head: Head | undefined; chosen: ChosenProfile }> {
  const given = named === null ? options : withMapping(options, named.definition);
  const head = await readHead(bytes, isWhole, overridesOf(given));
  const unchosen = { profile: named, options: given, notices: [], question: undefined };
  if (head === undefined || head.table.header_fault !== null || (named === null && !selects(options)))
    return { head, chosen: unchosen };
  const chosen = chooseProfile(head.table.header, given, named, known);
  if (named !== null || chosen.profile === null || !readsDifferently(chosen.options, head.dialect))
    return { head, chosen };
  return { head: await readHead(bytes, isWhole, overridesOf(chosen.options)), chosen };
}
