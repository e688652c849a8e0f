// `skuport import` with a server: requests, output and exit codes.
// This file is long because it tests all options of the command on one server.
// Long because all tests use the same server, whose start takes longer than most of them.
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { mkdtemp, rm, writeFile, open } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Import } from "../../../contract/imports/imports.ts";
import { createTestApp } from "../../../tests/support/app.ts";
import { runHere } from "../../../tests/support/commands/run-here.ts";
import { commandEnvironment } from "../../../tests/support/commands/environment.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, workOn } from "../../../tests/support/import-file.ts";
import { zipOf } from "../../../tests/support/files/make-zip.ts";
import { acquireDataDir } from "../../db/data-dir/data-dir.ts";
import { until } from "../../../tests/support/until.ts";

const MAIN = join(import.meta.dirname, "../../main.ts");
const database = await createTestDatabase();
const context = await createImportContext(database.pool);
// This process is also the worker: each file is processed as soon as it has been received.
const sendScan = (_db: unknown, id: number): Promise<void> => {
  // Injected delay: the client gets its response before the import has ended.
  setTimeout(() => void workOn({ ...context, sendScan }, id), 50);
  return Promise.resolve();
};
const app = await createTestApp(database, { ...context, sendScan });
const url = await app.listen({ host: "127.0.0.1", port: 0 });
const folder = await mkdtemp(join(tmpdir(), "skuport-import-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const run = (args: string[], input?: string): Promise<Ran> => runCommand(["import", ...args], input);

async function runCommand(args: string[], input = "", env: Record<string, string> = {}): Promise<Ran> {
  const { code, out, err } = await runHere(args, { cwd: folder, env: { ...commandEnvironment(app), ...env }, input });
  return { code, stdout: out.toString(), stderr: err };
}

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test("an import prints its counts to stdout and its stages to stderr", async () => {
  const path = await fileOf("good.csv", "sku,name\nA,One\nB,\na,Uno\n");
  const { code, stdout, stderr } = await run(["--url", `${url}/`, path]);
  expect([code, stderr.split("\n")[0]]).toEqual([0, `Sending ${path}`]);
  expect(stdout).toMatch(/^Import \d+ of good\.csv finished in [\d.]+ s\.\n {2}3 rows on 4 lines:\n/);
  for (const line of ["1 created", "0 updated", "0 unchanged", "1 superseded", "1 rejected"])
    expect(stdout).toContain(`\n  ${line}\n`);
  expect(stdout.split(": ").at(-1)).toMatch(new RegExp(`^${url}/api/imports/\\d+/rejects\\.csv\n$`));
});

test("--json prints only the import to stdout, done or failed", async () => {
  const good = await run(["--url", url, "--json", await fileOf("good.csv", "sku,name\nA,One\n")]);
  expect([good.code, good.stderr]).toEqual([0, ""]);
  expect(JSON.parse(good.stdout)).toMatchObject({ state: "done", filename: "good.csv", rows: 1 });
  expect(good.stdout.trimEnd().split("\n")).toHaveLength(1);

  const bad = await run([
    "--url",
    url,
    "--json",
    await fileOf("bad.csv", "sku,name,price\nA-1;Lamp;1\nA-2;Desk;2\nA-3;Chair;3\n"),
  ]);
  expect([bad.code, bad.stderr]).toEqual([1, ""]);
  expect(JSON.parse(bad.stdout)).toMatchObject({ state: "failed", problem: { type: "/problems/bad-header" } });
});

test("several files are imported in the given order, and the first that is not imported ends the command", async () => {
  const names = await fileOf("names.csv", "sku,name\nS-1,Lamp\nS-2,Desk\n");
  const prices = await fileOf("prices.csv", "sku,price\nS-1,2\nS-2,3\n");
  const wrong = await fileOf("wrong.csv", "sku,name,price\nA-1;Lamp;1\nA-2;Desk;2\nA-3;Chair;3\n");
  const both = await run(["--url", url, names, prices]);
  expect(both.code).toBe(0);
  expect(both.stdout).toMatch(/^Import \d+ of names\.csv finished[^]*\nImport \d+ of prices\.csv finished/);
  const { rows } = await database.pool.query("select attributes from products where sku like 'S-%' order by sku");
  expect(rows).toEqual([{ attributes: { price: "2" } }, { attributes: { price: "3" } }]);
  const stopped = await run(["--url", url, wrong, names, prices]);
  expect(stopped.code).toBe(1);
  expect(stopped.stdout).not.toContain("names.csv");
  expect(stopped.stderr).toContain(`Not imported: ${names}, ${prices}\n`);
  const missing = await run(["--url", url, names, join(folder, "none.csv")]);
  expect([missing.code, missing.stdout]).toEqual([2, ""]);
});

test("the results of all tables in a zip file are printed", async () => {
  const path = join(folder, "set.zip");
  await writeFile(path, await zipOf({ "a.csv": "sku,price\nZ-1,2\n", "b.csv": "sku,name\nZ-1,Lamp\n" }));
  const { code, stdout } = await run(["--url", url, path]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Import \d+ of set\.zip \(b\.csv\) finished[^]*\nImport \d+ of set\.zip \(a\.csv\) finished/);
  const one = await run(["--url", url, "--json", "--member", "b.csv", path]);
  expect(JSON.parse(one.stdout)).toMatchObject({ unchanged: 1, followed_by: null });
});

test("a question is printed with the options that answer it, and the import is cancelled", async () => {
  const key = await run(["--url", url, await fileOf("key.csv", "item number,code,name\n1,A-1,x\n2,A-2,y\n3,A-3,z\n")]);
  expect(key.code).toBe(3);
  expect(key.stdout + key.stderr).toContain('\n  --key "code"         A-1, A-2, A-3\n');

  const colour = { from: "colour", map: { rot: "red" }, else: "hold" };
  const mapping = await fileOf("map.json", JSON.stringify({ key: "sku", name: "name", attributes: { colour } }));
  const path = await fileOf("value.csv", "sku,name,colour\nA,One,rot\nB,Two,pink\n");
  const value = await run(["--url", url, "--mapping", mapping, path]);
  expect(value.code).toBe(3);
  expect(value.stdout + value.stderr).toContain('does not contain "pink" of the column "colour" (1 row).');
  expect(value.stdout + value.stderr).toContain("\nChange the file that --mapping names, or the profile,");
  const { rows } = await database.pool.query("select state from imports where state = 'held'");
  expect(rows).toEqual([]);
});

test("the options that answer a question about a profile name the profile too", async () => {
  const header = "Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src";
  const path = await fileOf(
    "shop.csv",
    `${header}\nshirt,Shirt,,,Size,S,,2,\nshirt,,,,,M,,3,\nmug,Mug,,,Title,Default Title,,4,\n`,
  );
  const asked = await run(["--url", url, path]);
  expect(asked.code).toBe(3);
  expect(asked.stdout + asked.stderr).toContain('  --key "Handle and options" --profile "Shopify"');
  const answered = await run(["--url", url, "--key", "Handle and options", "--profile", "Shopify", path]);
  expect(answered.code).toBe(0);
  const { rows } = await database.pool.query<{ sku: string }>(
    "select sku from products where sku_key like 'shirt/%' or sku_key = 'mug' order by sku_key",
  );
  expect(rows.map(({ sku }) => sku)).toEqual(["mug", "shirt/M", "shirt/S"]);
});

test("--review prints the figures and what the columns become, imports nothing, and exits with 3", async () => {
  const file = "Artikelnummer;Bezeichnung;Preis\nR-1;Lamp;1\n;Blank;2\nR-2;Desk;3\n";
  const path = await fileOf("review.csv", file);
  for (const review of ["unknown", "always"]) {
    const { code, stdout } = await run(["--url", url, "--review", review, path]);
    expect(code).toBe(3);
    expect(stdout).toContain("review.csv was checked, and nothing was imported.\n  3 rows, 1 rejected, 0 ignored\n");
    expect(stdout).toContain("  key Artikelnummer: 2 different, 1 blank, 0 in the catalogue\n    Artikelnummer  sku\n");
    expect(stdout).toContain("run the command again with --review never.");
  }
  const json = await run(["--url", url, "--review=always", "--json", path]);
  expect(json.code).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({
    state: "held",
    problem: { option: "review", rows: 3, rejected: 1, key: { column: "Artikelnummer", distinct: 2, blank: 1 } },
  });
  const { rows } = await database.pool.query("select distinct state from imports where filename = 'review.csv'");
  expect(rows).toEqual([{ state: "cancelled" }]);
  expect((await run(["--url", url, "--review", "unknown", "--key", "Artikelnummer", path])).code).toBe(0);
  expect((await run(["--url", url, "--review", "never", path])).code).toBe(0);
});

test("`skuport read` uses the choices of columns from the server that runs on the data folder", async () => {
  const choice =
    "insert into column_choices (name_key, name, target, import_id) values ('bestellcode', 'Bestellcode', 'sku', 1)";
  await database.pool.query(choice);
  const dataDir = await acquireDataDir(join(folder, "data"), "test");
  await dataDir.publish({ url });
  const path = await fileOf("remembered.csv", "Bestellcode,name\nQ-1,Lamp\n");
  const { code, stdout } = await runCommand(["read", path], "", { SKUPORT_DATA_DIR: dataDir.path });
  await dataDir.release();
  expect(code).toBe(0);
  expect(stdout).toContain("Bestellcode  sku, remembered from an earlier import\n");
  expect(stdout).toContain('line 2: {"sku":"Q-1","name":"Lamp","active":true}');
});

test("a mapping that is too long for a query string is sent, for a file and for standard input", async () => {
  const map = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`wert ${i}`, `Größe "${i}"`]));
  const long = { key: "sku", name: "name", attributes: { value: { from: "value", map } } };
  const mapping = await fileOf("long.json", JSON.stringify(long));
  const path = await fileOf('long "1".csv', "sku,name,value\nL-1,Lamp,wert 7\n");
  const { code, stdout } = await run(["--url", url, "--json", "--mapping", mapping, path]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ created: 1, options: { mapping: long } });
  const { rows } = await database.pool.query("select attributes from products where sku = 'L-1'");
  expect(rows).toEqual([{ attributes: { value: 'Größe "7"' } }]);
  const piped = await run(["--url", url, "--mapping", mapping, "-"], "sku,name,value\nL-2,Desk,wert 8\n");
  expect(piped.code).toBe(0);
});

test("an import that applies no row fails; an import whose products are up to date succeeds", async () => {
  const path = await fileOf("all-bad.csv", "sku,name\n,One\n,Two\n");
  const failed = await run(["--url", url, path]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(
    /^Import \d+ of all-bad\.csv failed: Nothing was imported\. Of 2 rows: 2 rejected\. Most frequent reason: The SKU is empty/,
  );
  expect(failed.stdout).toContain("\n  2 rejected\n");
  const json = await run(["--url", url, "--json", path]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({ state: "failed", problem: { type: "/problems/nothing-imported" } });
  expect((await run(["--url", url, await fileOf("header.csv", "sku,name\n")])).code).toBe(1);

  const good = await fileOf("same.csv", "sku,name\nSAME-1,One\n");
  await run(["--url", url, good]);
  const again = await run(["--url", url, good]);
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/^Import \d+ of same\.csv finished/);
  expect(again.stdout).toContain("\n  1 unchanged\n");
});

test("the options of the command are those of the import", async () => {
  const path = await fileOf("odd.txt", "Made by hand\nsku;name\n'C;1';Three\n");
  const options = ["--delimiter", "semicolon", "--quote", "'", "--preamble", "1", "--header", "--encoding", "latin1"];
  const { code, stdout } = await run(["--url", url, "--json", "--mode=create", "--no-active", ...options, path]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout) as Import).toMatchObject({
    options: { mode: "create", active: false, delimiter: ";", quote: "'", preamble: 1, encoding: "windows-1252" },
    created: 1,
  });
});

test("standard input and a pipe are imported like a file", async () => {
  const piped = await run(["--url", url, "--json", "-"], "sku,name\nPIPE-1,One\n");
  expect([piped.code, piped.stderr]).toEqual([0, ""]);
  expect(JSON.parse(piped.stdout)).toMatchObject({ state: "done", filename: "stdin", size: 20, rows: 1 });
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const [named] = await Promise.all([run(["--url", url, "--json", pipe]), writeFile(pipe, "sku,name\nPIPE-2,Two\n")]);
  expect(JSON.parse(named.stdout)).toMatchObject({ state: "done", filename: "pipe", rows: 1 });
  const lines = await run(["--url", url, "-"], "sku,name\nPIPE-3,Three\n");
  expect(lines.stdout).toContain("1 row on 2 lines");
});

test("a file that cannot be imported fails with one sentence", async () => {
  const empty = await run(["--url", url, await fileOf("empty.csv", "")]);
  expect([empty.code, empty.stdout]).toEqual([1, ""]);
  expect(empty.stderr).toContain('"empty.csv" is empty.');
  const strict = await run(["--url", url, "--strict", await fileOf("strict.csv", "sku,name\n,x\nQ,y\n")]);
  expect(strict.code).toBe(1);
  expect(strict.stdout).toContain("The file has 1 row with an error. A strict import takes all rows or none");
  const alone = await run(["--url", "http://127.0.0.1:1", await fileOf("good.csv", "sku\nA\n")]);
  expect([alone.code, alone.stdout]).toEqual([1, ""]);
  expect(alone.stderr).toContain("No response from http://127.0.0.1:1");
  expect(alone.stderr).not.toContain("    at ");
});

test.each([
  [[], /Give a file/],
  [["/no/such/file.csv"], /The file \/no\/such\/file\.csv does not exist/],
  [[folder], /is a folder/],
  [["/dev/zero"], /\/dev\/zero is a device or a socket/],
  [["--mode=replace", "-"], /--mode/],
  [["--repeats=never", "-"], /--repeats/],
  [["--review=sometimes", "-"], /--review/],
  [["--preamble=many", "-"], /--preamble/],
  [["--encoding=ebcdic", "-"], /--encoding: The encoding "ebcdic"/],
  [["--delimiter=;", "--quote=;", "-"], /--quote/],
  [["--delimiter=;", "--escape=;", "-"], /--escape/],
  [["--url=ftp://x", "-"], /is not an http\(s\) address/],
  [["--no-such-option", "-"], /--no-such-option/],
])("the invalid arguments %j exit with 2 and an explanation", async (args, reason) => {
  const { code, stdout, stderr } = await run([
    ...(args.some((arg) => arg.startsWith("--url")) ? [] : ["--url", url]),
    ...args,
  ]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(reason);
  expect(stderr).toContain("skuport import --help");
  expect(stderr).not.toContain("    at ");
});

test("an interrupted upload reports that nothing was imported", async () => {
  // This server accepts connections and reads nothing.
  const deaf = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(deaf, "listening");
  const { port } = deaf.address() as AddressInfo;
  const path = await fileOf("large.csv", `sku,name\n${"x".repeat(40_000_000)}`);
  let output = "";
  const child = execFile(process.execPath, [MAIN, "import", "--url", `http://127.0.0.1:${port}`, path], {
    env: commandEnvironment(app),
  });
  child.stderr?.on("data", (chunk: string) => (output += chunk));
  await until(() => Promise.resolve(output.includes("Sending")));
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  deaf.close();
  expect(output).toContain("Interrupted before the file was sent. Nothing was imported.");
  expect(output).not.toContain("    at ");
  expect(code).toBe(1);
});

test("Ctrl-C ends an import that waits for a silent pipe", async () => {
  const pipe = join(folder, "silent-pipe");
  execFileSync("mkfifo", [pipe]);
  const child = execFile(process.execPath, [MAIN, "import", "--url", url, pipe], { env: commandEnvironment(app) });
  let output = "";
  child.stderr?.on("data", (chunk: string) => (output += chunk));
  // Opening a pipe for writing without waiting succeeds only when another process has opened it for reading.
  const writer = await until(() => open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined));
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  await writer.close();
  expect([code, output]).toEqual([1, "Interrupted before the file was sent. Nothing was imported.\n"]);
});
