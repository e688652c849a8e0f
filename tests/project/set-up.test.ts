// If several commands start at the same time in a fresh clone, one installs the packages and the others wait. A fake npm replaces the real
// one.
import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";

// Imitates `npm ci`: clears node_modules, takes some time, writes node_modules/.package-lock.json last, and fails if another npm runs.
const NPM = `#!${process.execPath}
const fs = require("node:fs");
fs.appendFileSync("runs", "npm\\n");
fs.rmSync("node_modules", { recursive: true, force: true });
fs.mkdirSync("node_modules");
fs.writeFileSync("node_modules/owner", String(process.pid));
const end = () => {
  if (fs.readFileSync("node_modules/owner", "utf8") !== String(process.pid)) process.exit(1);
  if (fs.existsSync("broken")) process.exit(7);
  fs.writeFileSync("node_modules/.package-lock.json", fs.readFileSync("package-lock.json"));
};
const timer = setInterval(() => { if (fs.existsSync("go")) { clearInterval(timer); end(); } }, 50);
`;

const COMMAND = `import { ensureDependencies } from "./scripts/bootstrap.mjs";
ensureDependencies({ dev: true });
console.log("set up");
`;

const WAITING = "Another command is installing or building in this folder. Waiting for it …\n";

test("of several commands started at the same time, one installs, and the others wait and use its result", async () => {
  const clone = await makeClone();
  const commands = [clone.start(), clone.start(), clone.start()];
  await until(() => commands.filter(({ said }) => said() === WAITING).length === 2);
  await clone.write("go");
  expect(await Promise.all(commands.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  expect(await clone.read("runs")).toBe("npm\n");
  await expect(clone.read(".setup.lock")).rejects.toThrow("ENOENT");
});

test("the npm of a killed command continues, and the next command waits for it", async () => {
  const clone = await makeClone();
  const first = clone.start();
  await until(async () => Number(await clone.read("node_modules/owner").catch(() => "0")) > 0);
  first.kill();
  await first.ended;
  const second = clone.start();
  await until(() => second.said() === WAITING);
  // The npm process that the killed command started must keep its lock alive by a heartbeat every second. Wait for a heartbeat.
  const before = await clone.lastBeat();
  await until(async () => (await clone.lastBeat()) > before);
  await clone.write("go");
  expect(await second.ended).toBe(0);
  expect(await clone.read("runs")).toBe("npm\n");
});

test("a stale lock blocks commands only briefly", async () => {
  const clone = await makeClone();
  await clone.write("go");
  await clone.write(".setup.lock");
  const commands = [clone.start(), clone.start()];
  expect(await Promise.all(commands.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(commands.map(({ said }) => said().startsWith(WAITING))).toEqual([true, true]);
  expect(await clone.read("runs")).toBe("npm\n");
});

test("an npm that fails leaves no lock", async () => {
  const clone = await makeClone();
  await clone.write("go");
  await clone.write("broken");
  const command = clone.start();
  expect(await command.ended).toBe(1);
  expect(command.said()).toContain("npm ci failed (exit code 7)");
  await expect(clone.read(".setup.lock")).rejects.toThrow("ENOENT");
});

async function makeClone() {
  const dir = await mkdtemp(join(tmpdir(), "clone with blanks "));
  const at = (name: string) => join(dir, name);
  await mkdir(at("scripts"));
  await mkdir(at("bin"));
  // Without `src/main.ts`, the scripts would treat this folder as the installed npm package, and install nothing.
  await mkdir(at("src"));
  await writeFile(at("src/main.ts"), "");
  for (const name of ["bootstrap.mjs", "one-at-a-time.mjs", "beat.mjs"])
    await copyFile(new URL(`../../scripts/${name}`, import.meta.url), at(`scripts/${name}`));
  await writeFile(at("bin/npm"), NPM, { mode: 0o755 });
  await writeFile(at("command.mjs"), COMMAND);
  await writeFile(
    at("package-lock.json"),
    JSON.stringify({ packages: { "": {}, "node_modules/a": { version: "1" } } }),
  );

  return {
    read: (name: string) => readFile(at(name), "utf8"),
    write: (name: string) => writeFile(at(name), ""),
    lastBeat: async () => (await stat(at(".setup.lock"))).mtimeMs,
    start: () => {
      const env = { ...process.env, PATH: [at("bin"), process.env["PATH"]].join(delimiter), npm_execpath: "" };
      const child = spawn(process.execPath, [at("command.mjs")], { env, stdio: ["ignore", "ignore", "pipe"] });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
      return { said: () => said, ended, kill: () => child.kill("SIGKILL") };
    },
  };
}
