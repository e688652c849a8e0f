// Global setup: starts one PostgreSQL in a temporary folder, with a migrated template that each test file clones. If TEST_POSTGRES is set,
// the tests use the server at that URL instead, to test other versions or settings of PostgreSQL.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { connectClient } from "../../src/db/connection/connect.ts";
import { startEmbedded, type Embedded, type EmbeddedConnection } from "../../src/db/embedded/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgres: EmbeddedConnection;
  }
}

type TestPostgres = Pick<Embedded, "connection" | "stop">;

export const TEMPLATE = "skuport_template";

export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const runDir = await mkdtemp(join(tmpdir(), "skuport-tests-"));
  await chmod(runDir, 0o711); // if the tests run as root, PostgreSQL runs under another account, which must be able to enter this folder
  // Tests create their temporary files in this folder, so that they are deleted with it even if a test process is killed.
  process.env["TMPDIR"] = runDir;
  const own = process.env["TEST_POSTGRES"];
  const postgres = own === undefined ? await startThrowaway(join(runDir, "data")) : borrow(own);
  await makeTemplate(postgres.connection);
  project.provide("postgres", postgres.connection);
  return async () => {
    await postgres.stop();
    await rm(runDir, { recursive: true, force: true });
  };
}

async function startThrowaway(dataDir: string): Promise<TestPostgres> {
  const log = { info: () => undefined, warn: console.warn, error: console.error };
  // fsync is off because the data is discarded after the run. Tests of durability start their own PostgreSQL with the real settings.
  const settings = { fsync: "off", shared_buffers: "256MB", max_wal_size: "1GB", max_connections: "200" };
  return startEmbedded({ data_dir: dataDir, log, settings });
}

/** Uses a server that exists only for tests. @param url with a superuser without a password, such as postgres://postgres@127.0.0.1:5432 */
function borrow(url: string): TestPostgres {
  const { hostname, port, username } = new URL(url);
  const connection = { host: hostname, port: Number(port || 5432), user: username, database: "postgres" };
  return { connection, stop: () => Promise.resolve() };
}

async function makeTemplate(connection: EmbeddedConnection): Promise<void> {
  const options = { application_name: "skuport tests" };
  const admin = await connectClient(connection, options);
  await admin.query(`drop database if exists ${TEMPLATE} with (force)`);
  await admin.query(`create database ${TEMPLATE} encoding 'UTF8' template template0`);
  await admin.end();
  const template = await connectClient({ ...connection, database: TEMPLATE }, options);
  await migrate(template).finally(() => template.end());
}
