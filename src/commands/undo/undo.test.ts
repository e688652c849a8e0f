// Runs the command against a server on a test database. The test process executes the server's operations.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHere } from "../../../tests/support/commands/run-here.ts";
import { commandEnvironment } from "../../../tests/support/commands/environment.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { importBytes } from "../../../tests/support/import-file.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";

const database = await createTestDatabase();
const { app, ask, context, finish } = await createOperationApp(database);
const url = await app.listen({ host: "127.0.0.1", port: 0 });
const cwd = await mkdtemp(join(tmpdir(), "skuport-cli-"));

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function run(...args: string[]): Promise<Ran> {
  const { code, out, err } = await runHere(["undo", ...args], { cwd, env: commandEnvironment(app) });
  return { code, out: out.toString(), err };
}

/** Executes the operation that the command starts. */
async function work(): Promise<void> {
  await expect
    .poll(async () => (await ask<{ items: { id: number }[] }>("GET", "/api/operations")).body.items.length)
    .toBeGreaterThan(0);
  const { body } = await ask<{ items: { id: number }[] }>("GET", "/api/operations");
  await finish(body.items[0]?.id ?? 0);
}

test("a preview and an undo print their results", async () => {
  await importBytes(context, "sku,name\na,one\nb,one\nc,one\n");
  const { changeset_id } = await importBytes(context, "sku,name\na,two\nb,two\nc,two\n");
  await app.inject({ method: "PATCH", url: "/api/products/b", payload: { name: "edited" } });
  const id = String(changeset_id);
  const seen = await run(id, "--preview", "--url", url);
  expect(seen.out).toMatch(/Nothing was changed\.\n {2}2 products reset to their earlier values\n {2}1 products kept/);
  expect(seen.out).toMatch(/ {2}b: changed by local, /);

  const [done] = await Promise.all([run(id, "--url", url), work()]);
  expect({ code: done.code, err: done.err }).toEqual({ code: 0, err: "" });
  expect(done.out).toMatch(new RegExp(`^Changeset ${id} was undone by changeset \\d+ in [\\d.]+ s\\.\\n`));
  expect(done.out).toContain("/conflicts");
});

test("invalid arguments and refusals print a message", async () => {
  expect(await run("x", "--url", url)).toMatchObject({ code: 2 });
  expect(await run("1", "--policy", "some", "--url", url)).toMatchObject({ code: 2 });
  const nowhere = await run("1", "--data-dir", join(cwd, "none"));
  expect(nowhere.code).toBe(1);
  expect(nowhere.err).toContain("No server is running on the data folder");
  const refused = await run("999999", "--url", url);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("Changeset 999999 does not exist");
});
