// HTTP routes of profiles.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { z } from "zod";
import { createPreviewer } from "../imports/preview/preview-in-thread.ts";
import { decodeTextCursor, decodeIntegerCursor, toPage } from "../cursor.ts";
import {
  deleteProfile,
  noSuchVersion,
  putProfile,
  renameProfile,
  restoreVersion,
  type Preconditions,
} from "./change-profile.ts";
import { findProfile, findStored, listProfiles } from "./find-profile.ts";
import { readBody, readDefinition } from "./read-definition.ts";
import { listProfileVersions, noteTests, readProfileVersion } from "./store.ts";
import { computeTest } from "./tests/compute-test.ts";
import { runTests, type MakePreview } from "./tests/run-tests.ts";
import { profileEtag } from "../../contract/profiles/profile-names.ts";
import type { ProfileTestRun } from "../../contract/profiles/profiles.ts";
import {
  compute_profile_test,
  delete_profile,
  get_profile,
  get_profile_version,
  list_profile_versions,
  list_profiles,
  put_profile,
  rename_profile,
  restore_profile_version,
  test_profile,
} from "../../contract/profiles/profiles.ts";

export interface ProfileRoutesContext {
  pool: pg.Pool;
}

export function profileRoutes(instance: FastifyInstance, { pool }: ProfileRoutesContext): void {
  const previewer = createPreviewer();
  instance.addHook("onClose", () => previewer.close());
  const makePreview: MakePreview = (job) => previewer.preview(job, new AbortController().signal);
  const context = { pool, makePreview };
  instance.register((scope, _options, done) => {
    // The handlers validate profiles themselves, because the errors of a schema with a union do not name the member that has the fault.
    scope.setValidatorCompiler((part) =>
      part.httpPart === "body" ? (value: unknown) => ({ value }) : validatorCompiler(part as never),
    );
    readRoutes(scope, context);
    changeRoutes(scope, context);
    versionRoutes(scope, context);
    testRoutes(scope, context);
    done();
  });
}

interface RoutesContext extends ProfileRoutesContext {
  makePreview: MakePreview;
}

function readRoutes(instance: FastifyInstance, { pool }: ProfileRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_profiles,
    handler: async ({ query: { limit, cursor } }) => {
      const found = await listProfiles(pool, decodeTextCursor("profiles", cursor), limit + 1);
      return toPage("profiles", found, limit, ({ key }) => [key]);
    },
  });
  app.route({
    ...get_profile,
    handler: async ({ params }, reply) => {
      const profile = await findProfile(pool, params.name);
      return reply.header("etag", profileEtag(profile)).send(profile);
    },
  });
}

function changeRoutes(instance: FastifyInstance, { pool, makePreview }: RoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...put_profile,
    handler: async (request, reply) => {
      const { name } = request.params;
      const { created, profile } = await putProfile(
        pool,
        {
          name,
          definition: readDefinition(request.body, name),
          actor: request.actor,
          confirm: request.query.confirm,
          preconditions: preconditionsOf(request),
        },
        makePreview,
      );
      reply.header("etag", profileEtag(profile));
      if (created) reply.code(201).header("location", `/api/profiles/${encodeURIComponent(profile.name)}`);
      return profile;
    },
  });
  app.route({
    ...delete_profile,
    handler: (request) => deleteProfile(pool, request.params.name, preconditionsOf(request)),
  });
  app.route({
    ...rename_profile,
    handler: async (request, reply) => {
      const { name } = readBody(rename_profile.schema.body, request.body);
      const profile = await renameProfile(pool, name, {
        name: request.params.name,
        actor: request.actor,
        preconditions: preconditionsOf(request),
      });
      return reply.header("etag", profileEtag(profile)).send(profile);
    },
  });
}

function versionRoutes(instance: FastifyInstance, { pool, makePreview }: RoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_profile_versions,
    handler: async ({ params, query: { limit, cursor } }) => {
      const { id } = await findStored(pool, params.name);
      const before = decodeIntegerCursor("profile-versions", cursor);
      const found = await listProfileVersions(pool, id, before, limit + 1);
      return toPage("profile-versions", found, limit, ({ version }) => [version]);
    },
  });
  app.route({
    ...get_profile_version,
    handler: async ({ params: { name, version } }) => {
      const stored = await findStored(pool, name);
      const found = await readProfileVersion(pool, stored.id, version);
      if (found === undefined) throw noSuchVersion(stored.name, version);
      return found;
    },
  });
  app.route({
    ...restore_profile_version,
    handler: async (request, reply) => {
      const { name, version } = request.params;
      const profile = await restoreVersion(
        pool,
        version,
        {
          name,
          actor: request.actor,
          confirm: request.query.confirm,
          preconditions: preconditionsOf(request),
        },
        makePreview,
      );
      return reply.header("etag", profileEtag(profile)).send(profile);
    },
  });
}

function testRoutes(instance: FastifyInstance, { pool, makePreview }: RoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...test_profile,
    handler: async ({ params: { name }, body }): Promise<ProfileTestRun> => {
      const given = (body as { definition?: unknown } | undefined)?.definition;
      if (given !== undefined)
        return runOf(await runTests(readDefinition(given, name, "/body/definition"), makePreview));
      const { id, version, definition } = await findProfile(pool, name);
      const run = runOf(await runTests(readDefinition(definition, name, "/definition"), makePreview));
      if (id !== null) await noteTests(pool, id, version, run.tests.filter(({ passed }) => !passed).length);
      return run;
    },
  });
  app.route({
    ...compute_profile_test,
    handler: async ({ params: { name }, body }) => {
      const { definition: given, ...test } = readBody(computeBody, body);
      return computeTest(
        given === undefined
          ? readDefinition((await findProfile(pool, name)).definition, name, "/definition")
          : readDefinition(given, name, "/body/definition"),
        test,
        makePreview,
      );
    },
  });
}

/** The definition is validated separately, so that the faults of its members are listed. */
const computeBody = compute_profile_test.schema.body.extend({ definition: z.unknown().optional() });

const runOf = (tests: ProfileTestRun["tests"]): ProfileTestRun => ({
  passed: tests.every(({ passed }) => passed),
  tests,
});

const preconditionsOf = ({ headers }: Pick<FastifyRequest, "headers">): Preconditions => ({
  if_match: headers["if-match"],
  if_none_match: headers["if-none-match"],
});
