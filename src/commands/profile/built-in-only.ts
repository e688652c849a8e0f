// The built-in profiles, for commands that run without a server.
import { builtInProfiles, findBuiltIn } from "../../profiles/built-in.ts";
import { describeBuiltIn, listedBuiltIn } from "../../profiles/describe-profile.ts";
import type { ListedProfile, Profile } from "../../../contract/profiles/profiles.ts";

export const listedBuiltIns = (): ListedProfile[] =>
  builtInProfiles().map((profile) => listedBuiltIn(profile, undefined));

export function describeBuiltInNamed(name: string): Profile | undefined {
  const found = findBuiltIn(name);
  return found === undefined ? undefined : describeBuiltIn(found, undefined);
}
