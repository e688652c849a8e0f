// Decides for `skuport read` with which profile a file is read, in the same way as an import does.
import { existsSync } from "node:fs";
import type { Dialect, DialectOverrides, GivenOptions } from "../../../contract/imports/imports.ts";
import type { Notice } from "../../../contract/imports/notices.ts";
import type { Problem } from "../../../contract/problems.ts";
import { withHeaderLine } from "../../imports/options/header-line.ts";
import type { JudgeTable } from "../../imports/read/archive/inspect-table.ts";
import { optionsForFile, optionsForHeader } from "../../imports/options/rejects-file.ts";
import { overridesOf, readsDifferently } from "../../imports/options/overrides.ts";
import type { HeaderLines } from "../../profiles/select/header-line.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import type { ColumnOptions } from "../column-options.ts";
import type { ReadServer } from "./read-server.ts";
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

/** Thrown if the file must be read again: the header selects a profile with a different dialect, or another line is the header. The
 * caller must read the file with this profile and these settings. */
export class ReadAgain extends Error {
  override readonly name = "ReadAgain";
  readonly profile: KnownProfile | null;
  readonly overrides: DialectOverrides;

  constructor(profile: KnownProfile | null, overrides: DialectOverrides = {}) {
    super();
    this.profile = profile;
    this.overrides = overrides;
  }
}

/** Returns the profile that the option --profile names; null without this option, and for `--profile none`. */
export async function namedProfile({ profile }: ColumnOptions, from: ReadServer): Promise<KnownProfile | null> {
  if (profile === undefined) return null;
  const { isSwitchedOff } = await import("../../profiles/choose-profile.ts");
  if (isSwitchedOff(profile)) return null;
  return findNamed(profile, existsSync(profile) ? undefined : await from.find());
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

/** Returns the function that decides, as an import does, whether a table of a zip file has SKUs and names. */
export function memberJudge(options: ColumnOptions, named: KnownProfile | null, from: ReadServer): JudgeTable {
  return async (table) => {
    const { judgeMember } = await import("../../imports/options/judge-member.ts");
    const { mappingOf } = await import("../../profiles/choose-profile.ts");
    const mapping = named === null ? {} : { mapping: mappingOf(named.definition) };
    return judgeMember({ ...options, ...mapping }, (lines) => knownProfiles(namesIn(lines), from))(table);
  };
}

/** @param named the profile to use; null to select one by the header
 * @throws ReadAgain */
export async function chooseReading(
  { header, other_headers, dialect }: HeaderLines & { dialect: Dialect },
  columnOptions: ColumnOptions,
  named: KnownProfile | null,
  from: ReadServer,
): Promise<Reading> {
  const options = complete(columnOptions);
  if (header.length === 0 && named === null) return unchosen(options);
  const chosen = await choose({ header, other_headers }, options, dialect, { named, from });
  const placed = withHeaderLine(chosen.options, { header, other_headers });
  const line = placed === chosen.options ? undefined : placed.mapping?.file?.header?.at;
  if (typeof line === "number") throw new ReadAgain(chosen.profile, { header: true, preamble: line - 1 });
  const fitting = optionsForHeader(placed, header);
  if (named === null && chosen.profile !== null && readsDifferently(fitting, dialect))
    throw new ReadAgain(chosen.profile);
  return { ...chosen, options: fitting };
}

const namesIn = (lines: HeaderLines): string[] =>
  [lines.header, ...lines.other_headers.map(({ cells }) => cells)].flat();

const unchosen = (options: GivenOptions): Reading => ({ profile: null, options, notices: [], question: undefined });

async function choose(
  lines: HeaderLines,
  options: GivenOptions,
  { tree }: Dialect,
  { named, from }: { named: KnownProfile | null; from: ReadServer },
): Promise<Reading> {
  const { chooseProfile, selects } = await import("../../profiles/choose-profile.ts");
  if (named === null && !selects(options)) return unchosen(options);
  const known = named === null ? await knownProfiles(namesIn(lines), from) : [];
  return chooseProfile(lines, options, named, known, tree);
}

/** Adds the default values of those import options that `skuport read` does not have. */
const complete = (options: ColumnOptions): GivenOptions => ({ ...options, strict: false, active: true });
