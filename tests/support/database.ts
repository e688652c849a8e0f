// Creates a database for a test file in about 30 ms: clones a template database that already contains all tables.
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { afterAll, inject } from "vitest";
import { connectClient, createPool } from "../../src/db/connection/connect.ts";
import type { EmbeddedConnection } from "../../src/db/embedded/embedded.ts";
import { TEMPLATE } from "./start-postgres.ts";

export interface TestDatabase {
  address: EmbeddedConnection;
  pool: pg.Pool;
}

/**
 * Creates a database, which is dropped after the last test of the file. Call it at the top: `const database = await createTestDatabase();`.
 * @param template "migrated" for a database with all tables, or "empty" for tests that create their own tables
 */
export async function createTestDatabase(template: "migrated" | "empty" = "migrated"): Promise<TestDatabase> {
  const postgres = inject("postgres");
  const address = { ...postgres, database: `test_${randomUUID().replaceAll("-", "")}` };
  await administer(
    postgres,
    `create database ${address.database} template ${template === "empty" ? "template0" : TEMPLATE}`,
  );
  const pool = createPool(address, { application_name: "test", max: 10 });
  afterAll(async () => {
    await pool.end();
    // force: a failed test may have left connections open.
    await administer(postgres, `drop database ${address.database} with (force)`);
  });
  return { address, pool };
}

async function administer(postgres: EmbeddedConnection, sql: string): Promise<void> {
  const client = await connectClient(postgres, { application_name: "skuport tests" });
  await client.query(sql).finally(() => client.end());
}
