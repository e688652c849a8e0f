// Databases with the schema of earlier versions are migrated, in place and by restoring a backup, and nothing is lost. The rows of each
// version are in tests/fixtures/upgrades/, as plain SQL. Each release adds a file with the rows that its new tables can have.
import { cp, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectClient } from "../../src/db/connection/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { backUp, makeDataDir, readCatalogue, restore } from "../backup/support.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { dumpSchema } from "../support/dump-schema.ts";
import { createImportContext, importBytes } from "../support/import-file.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const FIXTURES = join(import.meta.dirname, "../fixtures/upgrades");

const schema = await dumpSchema((await createTestDatabase()).pool);

async function migrateTo(database: TestDatabase, version?: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "skuport-migrations-"));
  for (const name of await readdir(MIGRATIONS))
    if (version === undefined || name.slice(0, 4) <= version) await cp(join(MIGRATIONS, name), join(dir, name));
  const client = await connectClient(database.address, { application_name: "skuport test" });
  await migrate(client, dir).finally(() => client.end());
}

/** Facts about the rows of the fixtures, by the version that wrote them. */
const FACTS: Record<string, { sql: string; expected: Record<string, unknown> }> = {
  "0008": {
    sql: `select (select options -> 'filter' ->> 'updated_since' from operations) as filter,
                 (select count(*)::int from import_rejects where code = 'sku_missing') as rejects,
                 (select last_error || ' ' || last_status || ' ' || last_message from webhooks) as webhook,
                 (select sealed from webhook_secrets) as secret,
                 (select scope from webhook_replays) as replay,
                 (select state from webhook_deliveries) as delivery,
                 (select array_agg(position) from events) as events`,
    expected: {
      filter: "2026-01-01T00:00:00Z",
      rejects: 1,
      webhook: "status 500 The receiver answered with 500.",
      secret: "v1:sealed",
      replay: "failed",
      delivery: "failed",
      events: [1],
    },
  },
  "0022": {
    sql: `select (select definition ->> 'key' from profile_versions) as profile,
                 (select target from column_choices) as choice, (select ignored::int from imports where id = 2) as ignored,
                 (select parent_sku from products where sku_key = 'a-1-red') as parent`,
    expected: { profile: "No", choice: "sku", ignored: 1, parent: "A-1" },
  },
};

/** Checks the facts of all versions up to `version`, and that the program can work with the rows. */
async function check(database: TestDatabase, version: string): Promise<void> {
  expect(await dumpSchema(database.pool)).toBe(schema);
  for (const [since, { sql, expected }] of Object.entries(FACTS))
    if (since <= version) expect((await database.pool.query(sql)).rows).toEqual([expected]);

  const app = await createTestApp(database);
  const get = async (url: string): Promise<unknown> => (await app.inject(url)).json();
  expect(await get("/api/products/A-1")).toMatchObject({
    name: "Table lamp",
    version: 2,
    attributes: { Price: "12,50" },
  });
  expect(await get("/api/products?search=lamp")).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ sku: "A-1" })]) as unknown,
  });
  expect(await get("/api/imports/1")).toMatchObject({ state: "done", created: 2, rejected: 1, deleted: 0, adds: 0 });
  expect(await get("/api/products/A-1/history")).toMatchObject({ items: [{ version: 2 }, { version: 1 }] });
  const undone = await app.inject({ method: "POST", url: "/api/changesets/2/undo?preview=true" });
  expect(undone.json()).toMatchObject({ updated: 1, kept: 0 });
  const context = await createImportContext(database.pool);
  expect(await importBytes(context, "sku,name\nA-1,Table lamp\nB-1,Big desk\nNEW-1,Chair\n")).toMatchObject({
    state: "done",
    created: 1,
    updated: 1,
    unchanged: 1,
  });
}

test("rows of earlier versions survive the migration, in place and in a restored backup", async () => {
  const versions = (await readdir(FIXTURES)).map((name) => name.slice(0, 4)).sort();
  expect(versions).toEqual(Object.keys(FACTS));
  const database = await createTestDatabase("empty");
  const dataDir = await makeDataDir();
  let restored: TestDatabase | undefined;
  for (const version of versions) {
    await migrateTo(database, version);
    await database.pool.query(await readFile(join(FIXTURES, `${version}.sql`), "utf8"));
    const path = join(dataDir, `${version}.tar`);
    expect(await backUp(path, { database, data_dir: dataDir })).toMatchObject({ is_current: false });
    restored = await createTestDatabase("empty");
    await restore(path, { database: restored, data_dir: await makeDataDir() });
    if (version !== versions.at(-1)) await check(restored, version);
  }
  await migrateTo(database);
  expect(await readCatalogue((restored as TestDatabase).pool)).toBe(await readCatalogue(database.pool));
  for (const migrated of [database, restored as TestDatabase]) await check(migrated, versions.at(-1) ?? "");
});
