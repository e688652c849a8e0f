// The profile that `skuport read --profile` names: a file, a profile of the server that is running on the data folder, or a built-in
// profile.
import { existsSync } from "node:fs";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import type { ColumnOptions } from "../column-options.ts";
import { UsageError, type Io } from "../command.ts";
import { findServer } from "../find-server.ts";

/** Replaces the name of a profile in the options with the profile's mapping. */
export async function withProfile({ profile, ...options }: ColumnOptions, io: Io): Promise<ColumnOptions> {
  if (profile === undefined) return options;
  const { isSwitchedOff, mappingOf } = await import("../../profiles/choose-profile.ts");
  return isSwitchedOff(profile)
    ? options
    : { ...options, mapping: mappingOf(await findDefinition(profile, await findServer({}, io))) };
}

/** @throws Problem or UsageError if the profile does not exist or its text has faults */
export async function findDefinition(profile: string, baseUrl: string | undefined): Promise<ProfileDefinition> {
  const { readDefinition } = await import("../../profiles/read-definition.ts");
  if (existsSync(profile)) {
    const { readProfileFile } = await import("../profile/profile-file.ts");
    const text = await readProfileFile(profile);
    return readDefinition(text, typeof text["profile"] === "string" ? text["profile"] : profile, "");
  }
  if (baseUrl !== undefined) {
    const { call } = await import("../../../client/call.ts");
    const { get_profile } = await import("../../../contract/profiles/profiles.ts");
    const found = await call(get_profile, { params: { name: profile } }, { base_url: baseUrl });
    return readDefinition(found.definition, found.name, "");
  }
  const { findBuiltIn } = await import("../../profiles/built-in.ts");
  const builtIn = findBuiltIn(profile);
  if (builtIn !== undefined) return builtIn.definition;
  throw new UsageError(
    `${profile} is neither a file nor a built-in profile, and no server is running on the data folder.`,
  );
}
