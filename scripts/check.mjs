// npm run check: types, lint, format, layers, dead code, spelling, lockfile, folders, prose. `npm run check -- lint format` runs only
// these two. Runs as many checks at the same time as there are CPU cores. Prints one line for each check, and the output of each check that
// fails.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ensureDependencies, fail, findNode, makeEnv, ROOT } from "./bootstrap.mjs";

const CACHE = "node_modules/.cache";
const SOURCES = ["contract", "client", "src", "web", "tests", "bench", "scripts", "bin"];
// Each check runs a program of node_modules or one of our scripts. The slowest checks come first, so that none of them runs alone at the
// end.
const CHECKS = {
  lint: ["eslint/bin/eslint.js", ".", "--max-warnings=0", "--cache", "--cache-location", `${CACHE}/eslint/`],
  "page types": ["vue-tsc/bin/vue-tsc.js", "--noEmit", "-p", "web"],
  types: ["typescript/bin/tsc", "--noEmit", "-p", "."],
  spelling: [
    "cspell/bin.mjs",
    "lint",
    ".",
    "--no-progress",
    "--no-summary",
    "--cache",
    "--cache-location",
    `${CACHE}/cspell`,
  ],
  format: [
    "prettier/bin/prettier.cjs",
    "--check",
    ".",
    "--log-level=warn",
    "--cache",
    "--cache-location",
    `${CACHE}/prettier/.prettier-cache`,
  ],
  layers: ["dependency-cruiser/bin/dependency-cruiser.mjs", "--config", ".dependency-cruiser.mjs", ...SOURCES],
  "dead code": ["knip/bin/knip.js", "--cache", "--cache-location", `${CACHE}/knip`],
  lockfile: ["../scripts/audit-lockfile.mjs"],
  folders: ["../scripts/check-folders.mjs"],
  prose: ["../scripts/check-prose.mjs"],
};

ensureDependencies({ dev: true });
const node = findNode();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(CHECKS, name));
if (unknown.length > 0) fail(`Unknown check: ${unknown.join(", ")}. Checks: ${Object.keys(CHECKS).join(", ")}.`);

const waiting = wanted.length > 0 ? wanted : Object.keys(CHECKS);
let failures = 0;
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, runNext));
process.exitCode = failures === 0 ? 0 : 1;

async function runNext() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const started = performance.now();
    const { ok, output } = await runCheck(CHECKS[name]);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${ok ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
    if (!ok) console.log(`${output.trim()}\n`);
    failures += ok ? 0 : 1;
  }
}

function runCheck([program, ...args]) {
  const child = spawn(node, [join(ROOT, "node_modules", program), ...args], { cwd: ROOT, env: makeEnv(node) });
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output: Buffer.concat(output).toString() }));
  });
}
