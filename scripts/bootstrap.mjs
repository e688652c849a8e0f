// Prepares what every command needs: the dependencies of the lockfile, Node 24, and for the server the built page.
// Plain JavaScript without dependencies, because it runs first and on the machine's own Node (20.19 or newer).
// Writes messages to stderr, because stdout belongs to the command.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { oneAtATime } from "./one-at-a-time.mjs";

/** Flags for Node. V8 collects a small young generation more often, and each collection also frees the buffers of uploads: a server that
 * received 180 MB peaked at 133 MB instead of 203 MB and was not slower. */
export const NODE_FLAGS = ["--max-semi-space-size=1"];

/** Flags for Node in `skuport work`. src/processes/worker-process.ts sets the same limit for a server's worker and gives the reason. */
export const WORKER_FLAGS = ["--max-old-space-size=192"];

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** True in the npm package, which contains the program as JavaScript (strip-types.mjs) and the built page, and whose dependencies npm has
 * installed. False in a clone of the repository. */
export const IS_PACKAGE = !existsSync(join(ROOT, "src/main.ts"));
/** The program. Node 24 runs it. */
export const MAIN = join(ROOT, IS_PACKAGE ? "build/src/main.js" : "src/main.ts");
/** Node's cache of compiled code. It shortens later starts by a third, because they neither strip types nor load the program that strips
 * them. The folder of an installed package may belong to another user, so its cache is in the home folder. */
export const COMPILE_CACHE = IS_PACKAGE
  ? join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "skuport")
  : join(ROOT, "node_modules/.cache/compiled");

const NEEDED_NODE = 24;
// The sources of the page. A stamp in dist/ contains their hash.
const PAGE_SOURCES = ["web", "contract", "client", "vite.config.ts", "package-lock.json"];
const VITE = join(ROOT, "node_modules/vite/bin/vite.js");
const PAGE_STAMP = join(ROOT, "dist/.built-from");

/** Installs the dependencies of the lockfile unless they are installed. With `dev`, installs development dependencies too. */
export function ensureDependencies({ dev }) {
  if (!IS_PACKAGE) setUp(() => dependenciesAreCurrent({ dev }), installDependencies);
}

/** Runs `work` unless `isDone()` returns true. If another command is already setting up this folder, waits for it and then
 * calls `isDone()` again. */
function setUp(isDone, work) {
  if (isDone()) return;
  const onWait = () => print("Another command is installing or building in this folder. Waiting for it …");
  try {
    oneAtATime(isDone, work, { onWait });
  } catch (error) {
    fail(error.message);
  }
}

function installDependencies(env) {
  print("Installing dependencies (first start only) …");
  // Do not run install scripts, because no dependency needs one. Do not print warnings: npm warns if this Node is old, but Skuport runs on
  // the Node 24 that is installed as a dependency.
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
      `npm ci failed (${result.error?.message ?? result.signal ?? `exit code ${result.status}`}). See its output above.`,
    );
}

/** Compares the lockfile with npm's record of the installed packages. npm writes the record last, so it does not exist after an interrupted
 * installation. */
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

/** Returns the path of Node 24 or newer: the Node that runs this script, or the one that was installed as a dependency. */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NEEDED_NODE) return process.execPath;
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const binary = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  const found = [`node-${platform}`, `node-bin-${platform}`].map((name) => findInPackage(name, binary)).find(Boolean);
  return (
    found ??
    fail(
      `Skuport needs Node ${NEEDED_NODE} or newer. This is ${process.version}, and npm has no Node for ${platform}. Install Node from https://nodejs.org.`,
    )
  );
}

/** Returns the path of a file of an installed package, or undefined. npm may have installed the package in a folder above ours. */
function findInPackage(name, file) {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name, file)).find((path) => existsSync(path));
}

/** Builds the page unless dist/ was built from the same sources. */
export function ensurePage(node) {
  if (IS_PACKAGE) return;
  const sources = hashPageSources();
  // A production install has no build tools: it includes dist/, or serves only the API.
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
  print("Building the page …");
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

/** Returns the environment variables for programs that we start: `node` runs Node 24, and Node caches compiled code. */
export function makeEnv(node) {
  const path = [dirname(node), join(ROOT, "node_modules/.bin"), process.env.PATH ?? ""].join(delimiter);
  return { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, PATH: path };
}

/** Runs Node on our terminal and forwards signals to it. Calls `onStart` with its process. Resolves with its exit code, or with 128 + n if
 * signal n ended it. */
export function run(node, args, { cwd = process.cwd(), env = {}, onStart } = {}) {
  const child = spawn(node, args, { cwd, env: { ...makeEnv(node), ...env }, stdio: "inherit" });
  // On Ctrl-C, the terminal sends the signal to this process and to its child. Do not forward the signal: the server would receive it
  // twice, and it exits immediately on a second signal.
  const on_terminal = process.stdin.isTTY === true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !on_terminal) child.kill(signal);
    });
  }
  onStart?.(child);
  const stopWatch = watchNpm(() => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("error", (error) => fail(`${node} cannot be run: ${error.message}`));
    child.on("exit", (code, signal) => {
      stopWatch();
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0));
    });
  });
}

/** Calls `onGone` when npm, or the shell in which npm runs us, was killed. In that case, this process gets no signal, but its parent
 * process changes. */
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

function print(line) {
  process.stderr.write(`${line}\n`);
}

/** Prints the reason and exits. */
export function fail(reason) {
  print(`skuport: ${reason}`);
  process.exit(1);
}
