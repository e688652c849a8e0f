// npm test: runs all tests, including browser journeys. `npm test -- src/db` runs the tests whose path contains src/db.
// The last line is "N passed, N failed", with ", N skipped" if tests were skipped.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { clearInterval, setInterval, setTimeout } from "node:timers";
import { ensureDependencies, ensurePage, findNode, ROOT, run } from "./bootstrap.mjs";

// Time that Vitest has to stop PostgreSQL and its workers after the last test. Vitest itself waits without a limit, for instance while a
// process that a test left behind keeps the output of a worker open.
const EXIT_MS = 180_000;
const COUNTS_FILE = join(ROOT, "node_modules/.cache/test-counts.json");

ensureDependencies({ dev: true });
const node = findNode();
// Only the browser tests, which are below tests/, need the built page. The other tests can run even if the page cannot be built.
const filters = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
if (filters.length === 0 || filters.some((filter) => filter.startsWith("tests"))) ensurePage(node);
rmSync(COUNTS_FILE, { force: true });
let vitest;
let isKilled = false;
const watch = setInterval(endAfterTests, 1000);
const code = await run(node, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...process.argv.slice(2)], {
  cwd: ROOT,
  onStart: (child) => (vitest = child),
});
clearInterval(watch);
const counts = readCounts();
// If an error occurred outside the tests, count one failure instead of printing "0 failed". .ci/run sets FAILED_CHECKS to 1 if a check
// failed before the tests.
const outside = code !== 0 && !isKilled && counts.failed === 0 ? 1 : 0;
const failed = counts.failed + outside + Number(process.env.FAILED_CHECKS ?? 0);
console.log(`${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`);
process.exitCode = failed === 0 ? 0 : code || 1;

/** Kills Vitest if it is still running `EXIT_MS` after its last test, and prints the processes that are running. */
function endAfterTests() {
  if (!existsSync(COUNTS_FILE)) return;
  clearInterval(watch);
  setTimeout(() => {
    const { stdout } = spawnSync("ps", ["-eo", "pid,ppid,stat,etime,args"], { encoding: "utf8" });
    const lines = (stdout ?? "").split("\n").map((line) => line.slice(0, 300));
    console.error(`Vitest has not ended ${EXIT_MS / 1000} s after the last test. Killing it. Running processes:`);
    console.error(lines.join("\n"));
    isKilled = true;
    vitest.kill("SIGKILL");
  }, EXIT_MS).unref();
}

function readCounts() {
  try {
    return JSON.parse(readFileSync(COUNTS_FILE, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
