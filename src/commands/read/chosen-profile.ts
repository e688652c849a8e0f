// Decides for `skuport read` with which profile a file is read, in the same way as an import does.
import { existsSync } from "node:fs";
import type { Dialect, DialectOverrides, GivenOptions } from "../../../contract/imports/imports.ts";
import type { Notice } from "../../../contract/imports/notices.ts";
import type { Problem } from "../../../contract/problems.ts";
import { optionsForFile, optionsForHeader } from "../../imports/options/rejects-file.ts";
import { overridesOf, readsDifferently } from "../../imports/options/overrides.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import type { ColumnOptions } from "../column-options.ts";
import type { Io } from "../command.ts";
import { findServer } from "../find-server.ts";
import { findNamed, knownProfiles } from "./named-profile.ts";

/** The profile and the options with which a file is read. */
export interface Reading {
  profile: KnownProfile | null;
  /** The options with the mapping of the profile. */
  options: GivenOptions;
  notices: Notice[];
  /** The question that an import would ask because columns have changed. */
  question: Problem | undefined;
}

/**
 * Thrown if the header selects a profile that specifies a different dialect from the one with which the header was read. The caller must
 * read the file again with this profile.
 */
export class ReadAgain extends Error {
  override readonly name = "ReadAgain";
  readonly profile: KnownProfile;

  constructor(profile: KnownProfile) {
    super();
    this.profile = profile;
  }
}

/** Returns the profile that the option --profile names; null without this option, and for `--profile none`. */
export async function namedProfile({ profile }: ColumnOptions, io: Io): Promise<KnownProfile | null> {
  if (profile === undefined) return null;
  const { isSwitchedOff } = await import("../../profiles/choose-profile.ts");
  if (isSwitchedOff(profile)) return null;
  return findNamed(profile, existsSync(profile) ? undefined : await findServer({}, io));
}

/** Returns the format options for the file. The options of the command line override those of the mapping. */
export async function overridesFor(
  path: string,
  options: ColumnOptions,
  named: KnownProfile | null,
  given: DialectOverrides,
): Promise<DialectOverrides> {
  const { withMapping } = await import("../../profiles/choose-profile.ts");
  const mapped = named === null ? complete(options) : withMapping(complete(options), named.definition);
  return overridesOf({ ...(await optionsForFile(mapped, path)), ...given });
}

/** @param named the profile to use; null to select one by the header
 * @throws ReadAgain */
export async function chooseReading(
  { header, dialect }: { header: readonly string[]; dialect: Dialect },
  columnOptions: ColumnOptions,
  named: KnownProfile | null,
  io: Io,
): Promise<Reading> {
  const options = complete(columnOptions);
  const { chooseProfile, selects } = await import("../../profiles/choose-profile.ts");
  if (header.length === 0 || (named === null && !selects(options)))
    return { profile: null, options, notices: [], question: undefined };
  const known = named === null ? await knownProfiles(header, io) : [];
  const { profile, options: mapped, notices, question } = chooseProfile(header, options, named, known, dialect.tree);
  const fitting = optionsForHeader(mapped, header);
  if (named === null && profile !== null && readsDifferently(fitting, dialect)) throw new ReadAgain(profile);
  return { profile, options: fitting, notices, question };
}

/** Adds the default values of those import options that `skuport read` does not have. */
const complete = (options: ColumnOptions): GivenOptions => ({ ...options, strict: false, active: true });
