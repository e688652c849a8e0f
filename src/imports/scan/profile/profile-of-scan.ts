// The profile of an import: the one that its options name, or the one whose columns fit its file.
import type pg from "pg";
import { asUsed, chooseProfile, selects, withMapping, type ChosenProfile } from "../../../profiles/choose-profile.ts";
import { readKnownProfiles, readNamedProfile, withSeenColumns } from "../../../profiles/known-profiles.ts";
import { overridesOf } from "../../options/overrides.ts";
import type { Table } from "../../read/read-records.ts";
import type { ImportWork } from "../../store.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";

/** Returns the import with the profile that its options name. The profile may define how to read the file.
 * @throws Problem no-such-profile if the profile was deleted meanwhile */
export async function withNamedProfile(pool: pg.Pool, work: ImportWork): Promise<ImportWork> {
  if (work.profile !== null) return work;
  const named = await readNamedProfile(pool, { profile: work.options.profile });
  if (named === null) return work;
  return { ...work, profile: asUsed(named), options: withMapping(work.options, named.definition) };
}

/** Chooses the profile by the header. Reads nothing if the import has a mapping or names its key itself. */
export async function profileOfTable(
  pool: pg.Pool,
  { profile, options }: ImportWork,
  { header, header_fault }: Pick<Table, "header" | "header_fault">,
): Promise<ChosenProfile> {
  if (header_fault !== null || header.length === 0 || (profile === null && !selects(options)))
    return { profile: null, options, notices: [], question: undefined };
  const used = profile === null ? null : await withSeenColumns(pool, profile);
  return chooseProfile(header, options, used, used === null ? await readKnownProfiles(pool) : []);
}

/** Whether the options read the file in another way than the dialect does, so that it has to be read again. */
export function readsDifferently(options: ImportWork["options"], dialect: Dialect): boolean {
  const { sheet, header_at, header_data, header_names, ...given } = overridesOf(options);
  if (sheet !== undefined || header_data !== undefined || header_names !== undefined) return true;
  if (header_at !== undefined && header_at.length > 1) return true;
  return Object.entries(given).some(([name, value]) => dialect[name as keyof typeof given] !== value);
}

/** Thrown to read the file again in the way that its profile defines. */
export class ReadAgain extends Error {
  override readonly name = "ReadAgain";
  readonly work: ImportWork;

  constructor(work: ImportWork) {
    super();
    this.work = work;
  }
}
