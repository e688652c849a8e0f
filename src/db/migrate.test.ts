import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../tests/support/database.ts";
import { connectClient } from "./connection/connect.ts";
import { listPending, migrate, MigrationError } from "./migrate.ts";

const database = await createTestDatabase("empty");

beforeEach(async () => {
  await database.pool.query("drop schema public cascade; create schema public");
});

test("migrations are applied in order, once", async () => {
  const dir = await writeMigrations({ "0001_one": "create table one ()", "0002_two": "alter table one add n int" });
  expect(await listPending(database.pool, dir)).toEqual(["0001_one", "0002_two"]);
  expect(await migrateIn(dir)).toEqual(["0001_one", "0002_two"]);
  expect(await listPending(database.pool, dir)).toEqual([]);
  expect(await migrateIn(dir)).toEqual([]);
});

test("a failed migration is rolled back, and earlier ones stay", async () => {
  const dir = await writeMigrations({
    "0001_one": "create table one ()",
    "0002_two": "create table two (); select 1/0",
  });
  await expect(migrateIn(dir)).rejects.toThrow(/0002_two\.sql failed.*division by zero/);
  expect(await tables()).toEqual(["one", "schema_migrations"]);
  await writeFile(join(dir, "0002_two.sql"), "create table two ()");
  expect(await migrateIn(dir)).toEqual(["0002_two"]);
});

test("if several processes start at the same time, each migration is applied once", async () => {
  const dir = await writeMigrations({ "0001_one": "create table one (); select pg_sleep(0.05)" });
  const applied = await Promise.all([1, 2, 3, 4].map(() => migrateIn(dir)));
  expect(applied.flat()).toEqual(["0001_one"]);
});

test("a database that is newer than the code is refused", async () => {
  await migrateIn(await writeMigrations({ "0001_one": "create table one ()", "0002_two": "create table two ()" }));
  const older = await writeMigrations({ "0001_one": "create table one ()" });
  await expect(migrateIn(older)).rejects.toThrow(/newer than this program: it has migration 0002_two/);
  await expect(listPending(database.pool, older)).rejects.toThrow(MigrationError);
});

test("a changed migration is refused; different line ends are not a change", async () => {
  await migrateIn(await writeMigrations({ "0001_one": "create table one (\n)" }));
  expect(await migrateIn(await writeMigrations({ "0001_one": "create table one (\r\n)" }))).toEqual([]);
  await expect(migrateIn(await writeMigrations({ "0001_one": "create table one (n int)" }))).rejects.toThrow(
    /has changed since/,
  );
});

test.each([[["0002_two"]], [["0001_one", "0003_three"]], [["0001_one", "0001_two"]], [["1_one"]], [["0001-one"]]])(
  "the file names %j are refused",
  async (names) => {
    const dir = await writeMigrations(Object.fromEntries(names.map((name) => [name, "select 1"])));
    await expect(migrateIn(dir)).rejects.toThrow(/numbers start at 0001 without gaps/);
  },
);

async function writeMigrations(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "skuport-migrations-"));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(dir, `${name}.sql`), sql);
  return dir;
}

async function migrateIn(dir: string): Promise<string[]> {
  const client = await connectClient(database.address, { application_name: "skuport test" });
  return await migrate(client, dir).finally(() => client.end());
}

async function tables(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
  );
  return rows.map(({ name }) => name);
}
