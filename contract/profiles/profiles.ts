// Endpoints of profiles: list, read, store, delete, versions and tests.
import { z } from "zod";
import { boolean_parameter } from "../boolean-parameter.ts";
import { endpoint } from "../endpoint.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { detect, new_profile_name, profile_definition, profile_name } from "./profile.ts";

export * from "./profile-tests.ts";

const instant = z.iso.datetime({ offset: true });
const count = z.int().min(0);

const tests = z
  .object({
    count,
    failed: count.nullable().describe("Number of tests that failed in the last run; null if the tests have never run"),
  })
  .describe("The tests that the profile contains");

/** Not validated: a text that an older release stored may violate today's schema, but users must be able to read and correct it. */
const stored_definition = z
  .record(z.string(), z.unknown())
  .describe("The text of the profile, as `put_profile` accepts it (`ProfileDefinition`)");

/** A profile in the list. */
export const listed_profile = z
  .object({
    id: z.int().nullable().describe("Id of the profile; null for a built-in profile"),
    name: z.string(),
    built_in: z.boolean().describe("Whether the profile is part of Skuport. Built-in profiles cannot be changed"),
    version: z.int().describe("Version number, which increases with every change"),
    columns: z.array(z.string()).describe("Columns of a file that the profile uses, at most 100"),
    detect: detect
      .nullable()
      .describe("The columns by which a file is recognized; null = the columns that the mapping uses"),
    tests,
    created_at: instant.nullable(),
    updated_at: instant.nullable().describe("When the profile was last changed; null for a built-in profile"),
    used_at: instant.nullable().describe("When an import last used the profile"),
    import_id: z.int().nullable().describe("The import that last used the profile"),
  })
  .meta({ id: "ListedProfile" });
export type ListedProfile = z.infer<typeof listed_profile>;

export const profile = listed_profile
  .extend({
    definition: stored_definition,
    seen_columns: z
      .array(z.string())
      .nullable()
      .describe(
        "Columns of the last file that was imported with the profile. An import of a file with other columns reports these columns as new",
      ),
  })
  .meta({ id: "Profile" });
export type Profile = z.infer<typeof profile>;

export const profile_version = z
  .object({
    version: z.int(),
    actor: z.string(),
    created_at: instant,
    current: z.boolean(),
  })
  .meta({ id: "ProfileVersion" });
export type ProfileVersion = z.infer<typeof profile_version>;

const name_params = z.object({ name: profile_name });
const version_params = name_params.extend({
  version: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
});
const headers = z.looseObject({
  "if-match": z
    .string()
    .max(1000)
    .optional()
    .describe("ETag of the profile that you read. If the profile has changed after you read it, the response is 412"),
});
const confirm = z
  .object({
    confirm: boolean_parameter.default(false).describe("Stores the profile even if one of its tests fails"),
  })
  .strict();
const problems = { 400: problem_document, 404: problem_document };
const CONFIRM_NOTE =
  "Runs the tests that the profile contains. If one fails, the response is 409 `profile-tests-fail` with the " +
  "differences, and nothing is stored unless `confirm=true`.";

export const list_profiles = endpoint({
  method: "GET",
  url: "/api/profiles",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_profiles",
    summary: "List profiles by name, including the built-in ones",
    description: "A stored profile replaces the built-in profile with the same name.",
    tags: ["profiles"],
    querystring: z.object({ ...pageQuery({ limit: 50, max: 200 }) }).strict(),
    response: { 200: pageOf(listed_profile), 400: problem_document },
  },
});

export const get_profile = endpoint({
  method: "GET",
  url: "/api/profiles/:name",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "get_profile",
    summary: "Show a profile",
    description: "Names are not case-sensitive. The response has an ETag for `If-Match`.",
    tags: ["profiles"],
    params: name_params,
    response: { 200: profile, ...problems },
  },
});

export const put_profile = endpoint({
  method: "PUT",
  url: "/api/profiles/:name",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "put_profile",
    summary: "Create or replace a profile",
    description:
      `${CONFIRM_NOTE} Older texts are kept as versions; storing an unchanged text creates no version. A request with ` +
      "`If-None-Match: *` only creates a profile; a request with `If-Match` only replaces an existing profile.",
    tags: ["profiles"],
    params: name_params,
    headers: headers.extend({
      "if-none-match": z.string().max(1000).optional().describe("`*`: create the profile only if it does not exist"),
    }),
    querystring: confirm,
    body: profile_definition,
    response: {
      200: profile,
      201: profile,
      400: problem_document,
      409: problem_document,
      412: problem_document,
      503: problem_document,
    },
  },
});

export const delete_profile = endpoint({
  method: "DELETE",
  url: "/api/profiles/:name",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "delete_profile",
    summary: "Delete a profile and its versions, and return the deleted profile",
    description: "Imports keep the text of the profile that they used.",
    tags: ["profiles"],
    params: name_params,
    headers,
    response: { 200: profile, 409: problem_document, 412: problem_document, ...problems },
  },
});

export const rename_profile = endpoint({
  method: "POST",
  url: "/api/profiles/:name/rename",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "rename_profile",
    summary: "Rename a profile; its versions and the record of its last use are kept",
    description: "The new name is stored as a new version. Imports keep the name of the profile that they used.",
    tags: ["profiles"],
    params: name_params,
    headers,
    body: z.object({ name: new_profile_name }).strict(),
    response: { 200: profile, 409: problem_document, 412: problem_document, ...problems },
  },
});

export const list_profile_versions = endpoint({
  method: "GET",
  url: "/api/profiles/:name/versions",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_profile_versions",
    summary: "List the versions of a profile, newest first",
    tags: ["profiles"],
    params: name_params,
    querystring: z.object({ ...pageQuery({ limit: 50, max: 200 }) }).strict(),
    response: { 200: pageOf(profile_version), ...problems },
  },
});

export const get_profile_version = endpoint({
  method: "GET",
  url: "/api/profiles/:name/versions/:version",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "get_profile_version",
    summary: "Show a version of a profile",
    tags: ["profiles"],
    params: version_params,
    response: { 200: profile_version.extend({ definition: stored_definition }), ...problems },
  },
});

export const restore_profile_version = endpoint({
  method: "POST",
  url: "/api/profiles/:name/versions/:version/restore",
  access: "importer",
  scope: "import",
  schema: {
    operationId: "restore_profile_version",
    summary: "Make an older version of a profile the current one",
    description: `Stores the older text as a new version. ${CONFIRM_NOTE}`,
    tags: ["profiles"],
    params: version_params,
    headers,
    querystring: confirm,
    response: { 200: profile, 409: problem_document, 412: problem_document, 503: problem_document, ...problems },
  },
});
