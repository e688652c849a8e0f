// Saves the mapping as a profile. An existing profile is replaced only if the user has agreed, and keeps its tests.
import { Problem } from "../../../../contract/problems.ts";
import type { Preview } from "../../../../contract/imports/imports.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import { profileEtag } from "../../../../contract/profiles/profile-names.ts";
import {
  get_profile,
  put_profile,
  type Profile,
  type ProfileTestResult,
} from "../../../../contract/profiles/profiles.ts";
import { ask } from "../../../server/use-connection.ts";

export interface Existing {
  name: string;
  version: number;
  built_in: boolean;
  etag: string;
  definition: Profile["definition"];
  /** Names of the tests of the profile that fail with the new mapping. */
  failing: string[];
}

type Body = Parameters<typeof ask<typeof put_profile>>[1]["body"];
export type NewProfile = Mapping & Pick<Body, "detect">;

const MAX_DETECTED = 200;
/** The next file matches the profile if it has at least this share of the columns. The server uses the same share for profiles that have
 * no `detect`. */
const MIN_SHARE = 0.7;

/** The columns by which the next file is recognized: all columns of this file, not only those that the mapping names.
 * @returns undefined if the file has no column names */
export function detectOf({ columns, dialect }: Pick<Preview, "columns" | "dialect">): Body["detect"] {
  const isName = (name: string): boolean => name.trim() !== "" && !name.includes("*") && !name.includes("{n}");
  const names = [...new Set(columns.map(({ name }) => name).filter(isName))].slice(0, MAX_DETECTED);
  if (dialect?.header === false || names.length === 0) return undefined;
  return { columns: names, need: Math.ceil(names.length * MIN_SHARE) };
}

/** @returns the profile that already has the name; undefined if the mapping was saved */
export async function createProfile(name: string, body: NewProfile): Promise<Existing | undefined> {
  try {
    await ask(put_profile, { params: { name }, body }, { headers: { "if-none-match": "*" } });
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.slug === "profile-changed") return readExisting(name);
    throw error;
  }
}

async function readExisting(name: string): Promise<Existing> {
  const found = await ask(get_profile, { params: { name } });
  const { version, built_in, definition } = found;
  return { name: found.name, version, built_in, etag: profileEtag(found), definition, failing: [] };
}

/** @returns the stored profile if another user has changed it or if one of its tests fails; undefined if the profile was replaced */
export async function replaceProfile(existing: Existing, body: NewProfile): Promise<Existing | undefined> {
  const { name, etag, definition, failing } = existing;
  const { tests } = definition;
  try {
    const request = {
      params: { name },
      body: { ...(tests === undefined ? {} : { tests }), ...body } as Body,
      querystring: { confirm: failing.length > 0 },
    };
    await ask(put_profile, request, { headers: { "if-match": etag } });
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.slug === "profile-tests-fail")
      return { ...existing, failing: failingTests(error.extra["tests"] as ProfileTestResult[] | undefined) };
    if (error instanceof Problem && error.slug === "profile-changed") return readExisting(name);
    throw error;
  }
}

const failingTests = (tests: readonly ProfileTestResult[] = []): string[] =>
  tests.filter(({ passed }) => !passed).map(({ name }) => name);
