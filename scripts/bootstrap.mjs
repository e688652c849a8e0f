// What every command needs before it can run: dependencies as the lockfile says, a Node 24, and for the server the built page.
// Plain JavaScript without dependencies, because it runs first and on the machine's own Node (20.19 or newer).
// All it says goes to stderr: stdout belongs to the command.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { oneAtATime } from "./one-at-a-time.mjs";

/** A small young generation is collected often, and with it the buffers of an upload: a server that received 180 MB peaked
 * at 133 MB instead of 203 MB, and was no slower. */
export const NODE_FLAGS = ["--max-semi-space-size=1"];

/** `skuport work` by itself; src/processes/worker-process.ts gives a server's worker the same limit and says why. */
export const WORKER_FLAGS = ["--max-old-space-size=192"];

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where Node keeps compiled code, so that a second start is quick: nothing has its types stripped again, and the program that
 * strips them, a third of a start, is not loaded. */
export const COMPILE_CACHE = join(ROOT, "node_modules/.cache/compiled");

const NEEDED_NODE = 24;
// What the page is made of. A stamp in dist/ holds the hash of it all.
const PAGE_SOURCES = ["web", "contract", "client", "vite.config.ts", "package-lock.json"];
const VITE = join(ROOT, "node_modules/vite/bin/vite.js");
const PAGE_STAMP = join(ROOT, "dist/.built-from");

/** Installs what the lockfile says, unless it is there. `dev`: including what only development and tests need. */
export function ensureDependencies({ dev }) {
  setUp(() => dependenciesAreCurrent({ dev }), installDependencies);
}

/** What changes the clone waits for others that do; they may have done it by then. */
function setUp(isDone, work) {
  if (isDone()) return;
  const onWait = () => tell("Another command is setting up this folder: waiting for it …");
  try {
    oneAtATime(isDone, work, { onWait });
  } catch (error) {
    fail(error.message);
  }
}

function installDependencies(env) {
  tell("Installing dependencies (once) …");
  // No install scripts: nothing we use needs one. Only errors: warnings about the machine's older Node are not for the user,
  // everything runs on a Node 24 that comes with the dependencies.
  const flags = [
    "--ignore-scripts",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const result = spawnNpm(["ci", ...flags], env);
  if (result.status !== 0)
    throw new Error(
      `npm ci did not succeed (${result.error?.message ?? result.signal ?? `exit code ${result.status}`}). Its reasons are above.`,
    );
}

/** Compares the lockfile with npm's own record of what it installed, which it writes last. */
function dependenciesAreCurrent({ dev }) {
  const installed = readPackages("node_modules/.package-lock.json");
  if (installed === undefined) return false;
  return Object.entries(readPackages("package-lock.json") ?? {}).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional || wanted.devOptional || wanted.peer || (wanted.dev && !dev);
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

function spawnNpm(args, env) {
  const options = { cwd: ROOT, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "inherit"] };
  const cli = process.env.npm_execpath;
  if (cli?.endsWith("npm-cli.js")) return spawnSync(process.execPath, [cli, ...args], options);
  return spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
}

/** Path of a Node 24 or newer: the one that runs, or the one among the dependencies. */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NEEDED_NODE) return process.execPath;
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const binary = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  const found = [`node-${platform}`, `node-bin-${platform}`]
    .map((name) => join(ROOT, "node_modules", name, binary))
    .find((path) => existsSync(path));
  return (
    found ??
    fail(
      `Skuport needs Node ${NEEDED_NODE}, this is ${process.version}, and npm has none for ${platform}. Install it from https://nodejs.org.`,
    )
  );
}

/** Builds the page unless dist/ was built from just these sources. */
export function ensurePage(node) {
  const sources = hashPageSources();
  // A production install has no build tools; it brings dist/ with it, or serves the API alone.
  if (!existsSync(VITE)) return;
  setUp(
    () => pageIsBuiltFrom(sources),
    (env) => buildPage(node, sources, env),
  );
}

function pageIsBuiltFrom(sources) {
  return existsSync(join(ROOT, "dist/index.html")) && readText(PAGE_STAMP) === sources;
}

function buildPage(node, sources, env) {
  tell("Building the page …");
  const result = spawnSync(node, [VITE, "build", "--logLevel", "warn"], {
    cwd: ROOT,
    env: { ...makeEnv(node), ...env },
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`The page could not be built:\n${result.stdout}${result.stderr}`);
  writeFileSync(PAGE_STAMP, sources);
}

function hashPageSources() {
  const hash = createHash("sha256");
  for (const path of PAGE_SOURCES.flatMap(listFiles).sort())
    hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest("hex");
}

function listFiles(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  if (path.includes(".")) return [path];
  const files = readdirSync(full, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** The environment of what we run: `node` means Node 24, compiled code is kept, so that a second start is quick. */
export function makeEnv(node) {
  const path = [dirname(node), join(ROOT, "node_modules/.bin"), process.env.PATH ?? ""].join(delimiter);
  return { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, PATH: path };
}

/** Runs Node with our terminal and hands signals on. Resolves with the exit code, 128 + n after signal n like a shell. */
export function run(node, args, { cwd = process.cwd(), env = {} } = {}) {
  const child = spawn(node, args, { cwd, env: { ...makeEnv(node), ...env }, stdio: "inherit" });
  // A terminal sends Ctrl-C to both of us; twice would mean "at once" to the server.
  const on_terminal = process.stdin.isTTY === true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !on_terminal) child.kill(signal);
    });
  }
  const stopWatch = watchNpm(() => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("error", (error) => fail(`${node} cannot be run: ${error.message}`));
    child.on("exit", (code, signal) => {
      stopWatch();
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0));
    });
  });
}

/** When npm (or the shell it runs us in) is killed we hear nothing of it; only our parent becomes another. */
function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, 500);
  return () => clearInterval(timer);
}

function tell(line) {
  process.stderr.write(`${line}\n`);
}

/** Says why and ends the process. */
export function fail(reason) {
  tell(`skuport: ${reason}`);
  process.exit(1);
}
