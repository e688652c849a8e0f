// Names and limits of profiles. Does not import zod, for the reason given in batch.ts.

export const MAX_PROFILE_NAME_CHARACTERS = 100;
/** Value of the import option `profile` that switches the selection off. No profile can have this name. */
export const NO_PROFILE = "none";

/** ETag of a profile. The id makes the tags of a deleted and a new profile with the same name differ. */
export const profileEtag = ({ id, version }: { id: number | null; version: number }): string =>
  `"${id ?? "built-in"}-${version}"`;
