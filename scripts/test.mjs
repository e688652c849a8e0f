// npm test: runs all tests, including browser journeys. `npm test -- src/db` runs the tests whose path contains src/db.
// The last line is "N passed, N failed", with ", N skipped" if tests were skipped.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureDependencies, ensurePage, findNode, ROOT, run } from "./bootstrap.mjs";

const COUNTS_FILE = join(ROOT, "node_modules/.cache/test-counts.json");

ensureDependencies({ dev: true });
const node = findNode();
// Only the browser tests, which are below tests/, need the built page. The other tests can run even if the page cannot be built.
const filters = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
if (filters.length === 0 || filters.some((filter) => filter.startsWith("tests"))) ensurePage(node);
rmSync(COUNTS_FILE, { force: true });
const code = await run(node, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...process.argv.slice(2)], {
  cwd: ROOT,
});
const counts = readCounts();
// If an error occurred outside the tests, count one failure instead of printing "0 failed".
const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
console.log(`${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`);
process.exitCode = failed === 0 ? 0 : code || 1;

function readCounts() {
  try {
    return JSON.parse(readFileSync(COUNTS_FILE, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
