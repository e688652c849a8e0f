// Tests `skuport export --url`: it writes the server's file unmodified to stdout or to a file, and prints one sentence if the export fails.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { runHere } from "../../../tests/support/commands/run-here.ts";
import { commandEnvironment } from "../../../tests/support/commands/environment.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../tests/support/import-file.ts";
import { until } from "../../../tests/support/until.ts";

const MAIN = join(import.meta.dirname, "../../main.ts");
const database = await createTestDatabase();
const app = await createTestApp(database);
const url = await app.listen({ host: "127.0.0.1", port: 0 });
const folder = await mkdtemp(join(tmpdir(), "skuport-export-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const context = await createImportContext(database.pool);
await importBytes(
  context,
  'sku,name,description,active,Brand\nA-1,Lamp,,yes,Halo\nA-2,Desk,"two\nlines",no,Lumen\nB-1,=1+1,,yes,a&b=c\n',
);
const get = async (query: string): Promise<string> => (await app.inject(`/api/products/export${query}`)).body;

interface Ran {
  code: number;
  stdout: Buffer;
  stderr: string;
}

async function run(...args: string[]): Promise<Ran> {
  const { code, out, err } = await runHere(["export", ...args], { cwd: folder, env: commandEnvironment(app) });
  return { code, stdout: out, stderr: err };
}

/** Starts an HTTP server in place of Skuport's. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the server's file is written to stdout without changes", async () => {
  const { code, stdout, stderr } = await run("--url", `${url}/`);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.toString()).toBe(await get(""));
  expect(stdout.toString()).toContain('A-2,Desk,"two\nlines",false,,Lumen\n');
});

test("filters, order and format are sent to the server", async () => {
  const filtered = await run("--url", url, "--attribute", "Brand=a&b=c", "--active", "--sku", "b*", "--spreadsheet");
  expect(filtered.stdout.toString()).toBe(
    '\u{FEFF}sku,name,description,active,parent_sku,Brand\r\nB-1,"\'=1+1",,true,,a&b=c\r\n',
  );
  const sorted = await run("--url", url, "--sort=-name", "--no-active", "--format", "tsv");
  expect(sorted.stdout.toString()).toBe(await get("?sort=-name&active=false&format=tsv"));
});

test.each([["as argument"], ["with -o", "-o"]])(
  "the extension of a file given %s selects the format",
  async (_, ...option) => {
    const path = join(folder, `all${option.length}.jsonl.gz`);
    expect(await run("--url", url, ...option, path)).toMatchObject({ code: 0, stderr: "" });
    expect(gunzipSync(await readFile(path)).toString()).toBe(await get("?format=jsonl"));
  },
);

test("two files to write are refused", async () => {
  const { code, stderr } = await run("--url", url, "-o", join(folder, "a.csv"), join(folder, "b.csv"));
  expect([code, stderr]).toEqual([2, expect.stringContaining(`not also ${join(folder, "b.csv")}`)]);
  expect(existsSync(join(folder, "a.csv"))).toBe(false);
});

test("a refused export prints one sentence and writes no file", async () => {
  const path = join(folder, "none.csv");
  const stranger = await serve((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"));
  for (const [args, sentence] of [
    [["--url", "http://127.0.0.1:1"], "No response from http://127.0.0.1:1"],
    [["--url", stranger], "Check that Skuport is running at this address."],
    [["--url", url, "--format", "xlsx", "--gzip"], "compressed already"],
  ] as const) {
    const { code, stderr } = await run(...args, "-o", path);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("    at ");
    expect(existsSync(path)).toBe(false);
  }
  const wrong = await run("--url", "ftp://x", "-o", path);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("is not an http(s) address");
});

test("an export that is cut short, not writable or interrupted is reported as incomplete", async () => {
  const cut = await serve((_, response) => {
    response.writeHead(200, { "content-type": "text/csv" }).write("sku,name\nA-1,Lamp\n", () => response.destroy());
  });
  const broken = await run("--url", cut);
  expect([broken.code, broken.stdout.toString()]).toEqual([1, "sku,name\nA-1,Lamp\n"]);
  expect(broken.stderr).toMatch(/^The server's response is incomplete.*\n$/);

  const endless = await serve((_, response) => {
    response.writeHead(200, { "content-type": "text/csv" }).write("sku,name\n");
  });
  const path = join(folder, "missing", "all.csv");
  const nowhere = await run("--url", endless, "-o", path);
  expect([nowhere.code, nowhere.stderr]).toEqual([1, `${path} cannot be written: the folder does not exist.\n`]);

  const child = spawn(process.execPath, [MAIN, "export", "--url", endless], {
    cwd: folder,
    env: commandEnvironment(app),
  });
  let [out, output] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await until(() => out !== "");
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  expect([code, output]).toEqual([1, "Interrupted. The output is incomplete.\n"]);
});
