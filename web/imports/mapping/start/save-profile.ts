// Saves the mapping as a profile. An existing profile is replaced only if the user has agreed, and keeps its tests.
import { Problem } from "../../../../contract/problems.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import { profileEtag } from "../../../../contract/profiles/profile-names.ts";
import { get_profile, put_profile, type Profile } from "../../../../contract/profiles/profiles.ts";
import { ask } from "../../../server/use-connection.ts";

export interface Existing {
  name: string;
  version: number;
  etag: string;
  definition: Profile["definition"];
  /** Whether a test of the profile fails with the new mapping. */
  fails: boolean;
}

type Body = Parameters<typeof ask<typeof put_profile>>[1]["body"];

/** @returns the profile that already has the name; undefined if the mapping was saved */
export async function createProfile(name: string, mapping: Mapping): Promise<Existing | undefined> {
  try {
    await ask(put_profile, { params: { name }, body: mapping }, { headers: { "if-none-match": "*" } });
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.slug === "profile-changed") return readExisting(name);
    throw error;
  }
}

async function readExisting(name: string): Promise<Existing> {
  const found = await ask(get_profile, { params: { name } });
  const { version, definition } = found;
  return { name: found.name, version, etag: profileEtag(found), definition, fails: false };
}

/** @returns the stored profile if another user has changed it or if one of its tests fails; undefined if the profile was replaced */
export async function replaceProfile(existing: Existing, mapping: Mapping): Promise<Existing | undefined> {
  const { name, etag, definition, fails } = existing;
  const { detect, tests } = definition;
  const kept = { ...(detect === undefined ? {} : { detect }), ...(tests === undefined ? {} : { tests }) };
  try {
    const request = { params: { name }, body: { ...kept, ...mapping } as Body, querystring: { confirm: fails } };
    await ask(put_profile, request, { headers: { "if-match": etag } });
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.slug === "profile-tests-fail") return { ...existing, fails: true };
    if (error instanceof Problem && error.slug === "profile-changed") return readExisting(name);
    throw error;
  }
}
