// The profiles that `skuport read` knows: files, the profiles of the server that is running on the data folder, and the built-in profiles.
import { existsSync } from "node:fs";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import type { ListedProfile } from "../../../contract/profiles/profiles.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { UsageError } from "../command.ts";
import type { Server } from "../server/find-server.ts";
import type { ReadServer } from "./read-server.ts";

/** Returns the profile with this name. @throws Problem or UsageError if the profile does not exist or its text has faults */
export async function findNamed(profile: string, server: Server | undefined): Promise<KnownProfile> {
  if (existsSync(profile)) return readFromFile(profile);
  if (server !== undefined) return readFromServer(profile, server);
  const { builtInProfiles, findBuiltIn } = await import("../../profiles/built-in.ts");
  const builtIn = findBuiltIn(profile);
  if (builtIn !== undefined) return asKnown(builtIn);
  const names = builtInProfiles().map(({ name }) => name);
  throw new UsageError(
    `The file or built-in profile "${profile}" does not exist. Built-in profiles: ${names.join(", ")}. ` +
      "Your own profiles can be used while the server is running on the data folder.",
  );
}

export const findDefinition = async (profile: string, server: Server | undefined): Promise<ProfileDefinition> =>
  (await findNamed(profile, server)).definition;

async function readFromFile(path: string): Promise<KnownProfile> {
  const { readDefinition } = await import("../../profiles/read-definition.ts");
  const { readProfileFile } = await import("../profile/profile-file.ts");
  const text = await readProfileFile(path);
  const name = typeof text["profile"] === "string" ? text["profile"] : path;
  return { name, version: 1, built_in: false, definition: readDefinition(text, name, ""), seen_columns: null };
}

async function readFromServer(profile: string, server: Server): Promise<KnownProfile> {
  const { readDefinition } = await import("../../profiles/read-definition.ts");
  const { call } = await import("../../../client/call.ts");
  const { get_profile } = await import("../../../contract/profiles/profiles.ts");
  const { name, version, built_in, definition, seen_columns } = await call(
    get_profile,
    { params: { name: profile } },
    server,
  );
  return { name, version, built_in, definition: readDefinition(definition, name, ""), seen_columns };
}

/** Returns the profiles from which an import of a file with this header would select. Without a server, these are the built-in profiles. */
export async function knownProfiles(header: readonly string[], from: ReadServer): Promise<KnownProfile[]> {
  const server = await from.findOptional();
  if (server !== undefined) {
    const { UnreachableError } = await import("../../../client/answer.ts");
    try {
      return await knownToServer(header, server);
    } catch (error) {
      // A server that has just stopped may still be registered in the data folder.
      if (!(error instanceof UnreachableError)) throw error;
    }
  }
  const { builtInProfiles } = await import("../../profiles/built-in.ts");
  return builtInProfiles().map(asKnown);
}

async function knownToServer(header: readonly string[], server: Server): Promise<KnownProfile[]> {
  const { call } = await import("../../../client/call.ts");
  const { list_profiles } = await import("../../../contract/profiles/profiles.ts");
  const { columnKey } = await import("../../profiles/select/column-names.ts");
  const columns = new Set(header.map(columnKey));
  const found: KnownProfile[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await call(list_profiles, { querystring: { cursor, limit: 200 } }, server);
    for (const listed of page.items.filter((profile) => mayFit(profile, columns, columnKey)))
      found.push(await readFromServer(listed.name, server));
    if (page.next_cursor === null) return found;
    cursor = page.next_cursor;
  }
}

/** Excludes profiles that have no column in common with the file, so that few profile texts are requested from the server. */
const mayFit = (
  { columns }: ListedProfile,
  header: ReadonlySet<string>,
  columnKey: (name: string) => string,
): boolean => columns.some((name) => header.has(columnKey(name)));

const asKnown = ({ name, definition }: { name: string; definition: ProfileDefinition }): KnownProfile => ({
  name,
  version: 1,
  built_in: true,
  definition,
  seen_columns: null,
});
