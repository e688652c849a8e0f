// The profile of an import: the one that its options name, or the one whose columns fit its file.
import type pg from "pg";
import { asUsed, chooseProfile, selects, withMapping, type ChosenProfile } from "../../../profiles/choose-profile.ts";
import { readKnownProfiles, readNamedProfile, withSeenColumns } from "../../../profiles/known-profiles.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import type { Table } from "../../read/read-records.ts";
import type { ImportWork } from "../../store.ts";

/** Returns the import with the profile that its options name. The profile may define how to read the file.
 * @throws Problem no-such-profile if the profile was deleted meanwhile */
export async function withNamedProfile(pool: pg.Pool, work: ImportWork): Promise<ImportWork> {
  if (work.profile !== null) return work;
  const named = await readNamedProfile(pool, { profile: work.options.profile });
  if (named === null) return work;
  return { ...work, profile: asUsed(named), options: withMapping(work.options, named.definition) };
}

/** Chooses the profile by the header of the file. A file without a header is read without a profile, unless the options name one. Does
 * not query the database if the options contain a mapping, a key or a name. */
export async function profileOfTable(
  pool: pg.Pool,
  { profile, options }: ImportWork,
  {
    header,
    header_fault,
    other_headers,
    tree,
  }: Pick<Table, "header" | "header_fault" | "other_headers"> & Pick<Dialect, "tree">,
): Promise<ChosenProfile> {
  if (header_fault !== null || (profile === null && (header.length === 0 || !selects(options))))
    return { profile: null, options, notices: [], question: undefined };
  const used = profile === null ? null : await withSeenColumns(pool, profile);
  return chooseProfile(
    { header, other_headers },
    options,
    used,
    used === null ? await readKnownProfiles(pool) : [],
    tree,
  );
}

/** Thrown to read the file again, with the dialect that its profile specifies. */
export class ReadAgain extends Error {
  override readonly name = "ReadAgain";
  readonly work: ImportWork;

  constructor(work: ImportWork) {
    super();
    this.work = work;
  }
}
