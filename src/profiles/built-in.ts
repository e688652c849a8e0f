// The built-in profiles: the JSON files in builtin/.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { profile_definition, type ProfileDefinition } from "../../contract/profiles/profile.ts";
import { profileKey } from "./profile-key.ts";

export interface BuiltInProfile {
  key: string;
  name: string;
  definition: ProfileDefinition;
}

/** Version of every built-in profile. The profiles change only when a release changes them, so they have no further versions. */
export const BUILT_IN_VERSION = 1;

const FOLDER = join(import.meta.dirname, "builtin");
let loaded: readonly BuiltInProfile[] | undefined;

/** Returns the built-in profiles in the order of their keys. */
export function builtInProfiles(): readonly BuiltInProfile[] {
  loaded ??= readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const definition = profile_definition.parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8")));
      const { profile: name = file.replace(/\.json$/, "") } = definition;
      return { key: profileKey(name), name, definition };
    })
    .sort((a, b) => compareKeys(a.key, b.key));
  return loaded;
}

export const findBuiltIn = (name: string): BuiltInProfile | undefined =>
  builtInProfiles().find(({ key }) => key === profileKey(name));

/** Compares two keys by their bytes, as PostgreSQL does with the collation "C". */
export const compareKeys = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
