// Runs the command against a server on a test database.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { runHere } from "../../../tests/support/commands/run-here.ts";
import { commandEnvironment } from "../../../tests/support/commands/environment.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";

const MAIN = join(import.meta.dirname, "../../main.ts");
const database = await createTestDatabase();
const app = await createTestApp(database);
const url = await app.listen({ host: "127.0.0.1", port: 0 });
const cwd = await mkdtemp(join(tmpdir(), "skuport-cli-"));
afterAll(() => rm(cwd, { recursive: true, force: true }));

interface Result {
  code: number;
  out: string;
  err: string;
}

const runWith = (env: Record<string, string>, ...args: string[]): Promise<Result> =>
  runAlone(env, ...args, "--url", url);

/** Runs the command without the address of the server. */
async function runAlone(env: Record<string, string>, ...args: string[]): Promise<Result> {
  const { code, out, err } = await runHere(["profile", ...args], { cwd, env: { ...commandEnvironment(app), ...env } });
  return { code, out: out.toString(), err };
}

/** Runs the command in a process of its own, because an editor gets the terminal of the process. */
async function edit(env: Record<string, string>, name: string): Promise<Result> {
  const child = spawn(process.execPath, [MAIN, "profile", "edit", name, "--url", url], {
    cwd,
    env: { ...commandEnvironment(app), VISUAL: "", TMPDIR: cwd, ...env },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}
const run = (...args: string[]): Promise<Result> => runWith({}, ...args);

test("a profile is stored from a file, listed, shown, exported and deleted", async () => {
  await writeFile(join(cwd, "supplier.json"), JSON.stringify({ key: "Art.-Nr.", name: "Bezeichnung" }));
  expect(await run("import", join(cwd, "supplier.json"))).toMatchObject({
    code: 0,
    out: 'Stored the profile "supplier", version 1.\n',
  });
  expect((await run("import", join(cwd, "supplier.json"), "Other name")).code).toBe(0);
  const list = await run("list");
  expect(list.out).toContain("supplier\tversion 1");
  expect(list.out).toContain("Akeneo\tbuilt-in");
  expect((await run("show", "supplier")).out).toContain("Columns: Art.-Nr., Bezeichnung");
  const exported = await run("export", "supplier");
  expect(JSON.parse(exported.out)).toEqual({ profile: "supplier", key: "Art.-Nr.", name: "Bezeichnung" });
  await run("export", "supplier", join(cwd, "copy.json"));
  expect(await readFile(join(cwd, "copy.json"), "utf8")).toBe(exported.out);
  expect((await run("delete", "Other name")).code).toBe(0);
  expect(await run("show", "Other name")).toMatchObject({ code: 1, err: 'There is no profile "Other name".\n' });
});

/** An editor that writes this text. */
async function editorOf(text: string): Promise<Record<string, string>> {
  await writeFile(join(cwd, "new.json"), text);
  return { VISUAL: "cp new.json" };
}

test("`edit` stores the text that the editor wrote; if the text has faults, they are printed and the text is kept in a file", async () => {
  const edited = await edit(await editorOf('{ "key": "sku", "name": "title" }'), "edited");
  expect(edited).toMatchObject({ code: 0, out: 'Stored the profile "edited", version 1.\n' });
  const faulty = await edit(await editorOf('{ "key": "sku", "name": { "from": "title", "case": "x" } }'), "edited");
  expect(faulty.code).toBe(1);
  expect(faulty.err).toContain("/body/name/case");
  const kept = /kept in (\S+\.json)\./.exec(faulty.err)?.[1] ?? "";
  expect(await readFile(kept, "utf8")).toContain('"case": "x"');
  const broken = await edit(await editorOf('{ "key": '), "edited");
  expect(broken.err).toContain("is not valid JSON");
  expect((await edit({ VISUAL: "true" }, "edited")).out).toBe("Nothing was changed.\n");
  expect(await edit({ VISUAL: "false" }, "edited")).toMatchObject({ code: 1 });
  expect((await run("show", "edited", "--json")).out).toContain('"version":1');
});

test.each([
  [[], "Give a subcommand"],
  [["explode"], 'Unknown subcommand "explode"'],
  [["show"], "Usage: skuport profile show NAME"],
  [["import"], "Usage: skuport profile import FILE"],
])("the invalid arguments %o exit with 2 and an explanation", async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test("the error for a file that is not a profile names the file", async () => {
  await writeFile(join(cwd, "list.json"), "[]");
  expect(await run("import", join(cwd, "list.json"))).toMatchObject({
    code: 1,
    err: expect.stringContaining("list.json") as string,
  });
  expect(await run("import", join(cwd, "missing.json"))).toMatchObject({
    code: 1,
    err: expect.stringMatching(/The file \S+missing\.json does not exist/) as string,
  });
});

test("`test` runs the tests of a profile file or of a stored profile, and its exit code shows whether they pass", async () => {
  const tests = [{ name: "lamp", input: "Art,Titel\nA-1,Lamp\n", expected: [{ sku: "A-1", name: "Lamp" }] }];
  await writeFile(join(cwd, "tested.json"), JSON.stringify({ key: "Art", name: "Titel", tests }));
  expect(await run("test", join(cwd, "tested.json"))).toMatchObject({ code: 0, out: "passed\tlamp\n" });
  await writeFile(join(cwd, "broken.json"), JSON.stringify({ key: "Art", name: "Art", tests }));
  const broken = await run("test", join(cwd, "broken.json"));
  expect(broken.code).toBe(1);
  expect(broken.out).toContain('A-1 name: "A-1" instead of "Lamp"');
  expect((await run("import", join(cwd, "broken.json"))).err).toContain("confirm");
  expect((await run("import", join(cwd, "broken.json"), "--confirm")).code).toBe(0);
  expect((await run("test", "broken")).code).toBe(1);
});

test("without a server, built-in profiles are listed, shown, exported and tested, and other commands name the reason", async () => {
  const alone = (...args: string[]): Promise<Result> => runAlone({ SKUPORT_DATA_DIR: join(cwd, "no-data") }, ...args);
  const list = await alone("list");
  expect(list).toMatchObject({ code: 0, out: expect.stringContaining("Akeneo\tbuilt-in") as string });
  expect(list.err).toContain("Only the built-in profiles are listed.");
  expect((await alone("show", "akeneo")).out).toContain("Columns: sku, ");
  expect(JSON.parse((await alone("export", "Akeneo")).out)).toMatchObject({ profile: "Akeneo", key: "sku" });
  expect(await alone("test", "Etsy listings")).toMatchObject({
    code: 0,
    out: expect.stringContaining("passed") as string,
  });
  for (const args of [
    ["show", "mine"],
    ["edit", "mine"],
    ["delete", "mine"],
  ])
    expect(await alone(...args)).toMatchObject({
      code: 2,
      err: expect.stringContaining("No server is running") as string,
    });
});
