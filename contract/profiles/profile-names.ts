// Names and limits of profiles. Does not import zod, which would slow down the start of commands and workers.

export const MAX_PROFILE_NAME_CHARACTERS = 100;
/** Value of the import option `profile` that turns off the automatic selection of a profile. No profile can have this name. */
export const NO_PROFILE = "none";

/** Maximum number of tests in a profile. */
export const MAX_PROFILE_TESTS = 20;
/** Maximum length of the input of a test, in characters. */
export const MAX_TEST_INPUT = 20_000;
/** Maximum number of products that a test expects. */
export const MAX_EXPECTED_PRODUCTS = 200;

/** ETag of a profile. It contains the id, so that a new profile does not get the ETag of a deleted profile with the same name. */
export const profileEtag = ({ id, version }: { id: number | null; version: number }): string =>
  `"${id ?? "built-in"}-${version}"`;
