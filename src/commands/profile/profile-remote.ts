// The subcommands of `skuport profile` that send requests to the server.
import { writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { call } from "../../../client/call.ts";
import {
  delete_profile,
  get_profile,
  list_profiles,
  put_profile,
  type ListedProfile,
  type Profile,
} from "../../../contract/profiles/profiles.ts";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import { oneLine } from "../../terminal.ts";
import { UsageError } from "../command.ts";
import { NO_SERVER } from "../server/find-server.ts";
import { needServer, oneArgument, type ProfileCall } from "./profile-call.ts";
import { profileText, readProfileFile } from "./profile-file.ts";

export async function listAll(given: ProfileCall): Promise<number> {
  const { options, io, server } = given;
  if (server === undefined) {
    const { listedBuiltIns } = await import("./built-in-only.ts");
    for (const profile of listedBuiltIns()) io.stdout.write(lineOf(profile, options.json, false));
    io.stderr.write(`${NO_SERVER}\nOnly the built-in profiles are listed.\n`);
    return 0;
  }
  for (let cursor: string | undefined; ;) {
    const page = await call(list_profiles, { querystring: { cursor, limit: 200 } }, server);
    for (const profile of page.items) io.stdout.write(lineOf(profile, options.json));
    if (page.next_cursor === null) return 0;
    cursor = page.next_cursor;
  }
}

const lineOf = (profile: ListedProfile, asJson = false, isUseKnown = true): string =>
  asJson ? `${JSON.stringify(profile)}\n` : describeLine(profile, isUseKnown);

function describeLine(profile: ListedProfile, isUseKnown: boolean): string {
  const facts = [
    profile.built_in ? "built-in" : `version ${profile.version}`,
    describeTests(profile),
    isUseKnown ? describeUse(profile) : "",
  ];
  return `${oneLine(profile.name)}\t${facts.filter((fact) => fact !== "").join(", ")}\n`;
}

const describeUse = ({ used_at }: ListedProfile): string =>
  used_at === null ? "not used yet" : `used ${used_at.slice(0, 10)}`;

function describeTests({ tests: { count, failed } }: ListedProfile): string {
  if (count === 0) return "";
  const tests = count === 1 ? "1 test" : `${count} tests`;
  return failed === null ? tests : `${tests}, ${failed} failed`;
}

export async function showProfile(given: ProfileCall): Promise<number> {
  const profile = await readProfile(given, oneArgument(given, "show NAME"));
  const { options, io } = given;
  if (options.json === true) io.stdout.write(`${JSON.stringify(profile)}\n`);
  else
    io.stdout.write(
      `${describeLine(profile, given.server !== undefined)}Columns: ${profile.columns.map((name) => oneLine(name)).join(", ")}\n${profileText(profile.definition)}`,
    );
  return 0;
}

/** Without a server, only built-in profiles can be read. */
export async function readProfile(given: ProfileCall, name: string): Promise<Profile> {
  if (given.server === undefined) {
    const { describeBuiltInNamed } = await import("./built-in-only.ts");
    const builtIn = describeBuiltInNamed(name);
    if (builtIn !== undefined) return builtIn;
  }
  return call(get_profile, { params: { name } }, needServer(given));
}

export async function exportProfile(given: ProfileCall): Promise<number> {
  const [name, file, ...more] = given.args;
  if (name === undefined || more.length > 0) throw new UsageError("Usage: skuport profile export NAME [FILE]");
  const text = profileText((await readProfile(given, name)).definition);
  if (file === undefined || file === "-") given.io.stdout.write(text);
  else await writeFile(file, text);
  return 0;
}

export async function importProfile(given: ProfileCall): Promise<number> {
  const [file, nameGiven, ...more] = given.args;
  if (file === undefined || more.length > 0) throw new UsageError("Usage: skuport profile import FILE [NAME]");
  const definition = await readProfileFile(file);
  const name = nameGiven ?? nameOf(definition, file);
  const stored = await storeProfile(
    given,
    name,
    nameGiven === undefined ? definition : { ...definition, profile: name },
  );
  given.io.stdout.write(
    given.options.json === true
      ? `${JSON.stringify(stored)}\n`
      : `Stored the profile "${oneLine(stored.name)}", version ${stored.version}.\n`,
  );
  return 0;
}

/** The name in the profile, or the name of the file without its extension. */
function nameOf(definition: Record<string, unknown>, file: string): string {
  const { profile } = definition;
  return typeof profile === "string" ? profile : basename(file, extname(file));
}

/** Stores the profile. The server validates it. */
export const storeProfile = (
  given: ProfileCall,
  name: string,
  definition: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Profile> =>
  call(
    put_profile,
    {
      params: { name },
      querystring: { confirm: given.options.confirm === true },
      body: definition as ProfileDefinition,
    },
    { ...needServer(given), headers },
  );

export async function deleteOne(given: ProfileCall): Promise<number> {
  const name = oneArgument(given, "delete NAME");
  const deleted = await call(delete_profile, { params: { name } }, needServer(given));
  given.io.stdout.write(
    given.options.json === true ? `${JSON.stringify(deleted)}\n` : `Deleted the profile "${oneLine(deleted.name)}".\n`,
  );
  return 0;
}
