// The npm package: packed, installed in an empty folder, started and used there.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { readHolder } from "../../src/db/data-dir/data-dir.ts";
import { until } from "../support/until.ts";

const exec = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");

test("the package works in an empty folder: npx skuport starts a server, imports a file, serves the page and stops", async () => {
  const folder = await mkdtemp(join(tmpdir(), "skuport-package-"));
  const shop = join(folder, "shop");
  await mkdir(shop);
  const { stdout: tarball } = await exec("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: ROOT });
  const env = {
    ...process.env,
    DATABASE_URL: "", // always use the embedded PostgreSQL
    NODE_COMPILE_CACHE: "",
    SKUPORT_LOG_LEVEL: "warn",
    SKUPORT_PORT: "0",
    XDG_CACHE_HOME: join(folder, "cache"),
  };
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await exec("npm", ["install", ...flags, join(folder, tarball.trim())], { cwd: shop, env });

  const installed = await readdir(join(shop, "node_modules"));
  for (const name of ["vite", "vue", "vitest", "typescript"]) expect(installed).not.toContain(name);
  expect(await readdir(join(shop, "node_modules/skuport"))).not.toContain("src");

  const server = spawn("npx", ["skuport"], { cwd: shop, env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  server.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  const exited = once(server, "exit");
  const { url, pid } = await until(async () => {
    if (server.exitCode !== null) throw new Error(`The server exited with code ${server.exitCode}:\n${errors}`);
    const holder = await readHolder(join(shop, "data"));
    return holder?.url === undefined ? undefined : { url: holder.url, pid: holder.pid };
  });
  try {
    await writeFile(join(shop, "lamps.csv"), "sku,name\nL-1,Lamp\nL-2,Desk lamp\n");
    const imported = await exec("npx", ["skuport", "import", "lamps.csv", "--json"], { cwd: shop, env });
    expect(JSON.parse(imported.stdout)).toMatchObject({ state: "done", created: 2 });
    const { stdout: exported } = await exec("npx", ["skuport", "export"], { cwd: shop, env });
    expect(exported).toContain("L-2,Desk lamp");

    const page = await (await fetch(`${url}/sign-in`)).text();
    const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1] ?? "";
    expect((await fetch(new URL(script, url))).status).toBe(200);
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
    const { stdout: shown } = await exec("npx", ["skuport", "--version"], { cwd: shop, env });
    expect(shown.trim()).toBe(version);
  } finally {
    process.kill(pid, "SIGTERM");
  }
  expect(await exited).toEqual([0, null]);
  expect(errors).toBe("");
});
