// npm run check -- folders: keeps folders and files small enough to be read at a glance.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

const MAX_FILES = 16;
const MAX_LINES = 300;
/** A file that is too long must contain this phrase, and the reason for its length, in its first lines. */
const REASON = /\blong because\b/i;
const REASON_LINES = 12;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((name) => /^(src|web|client|contract|tests|bench|scripts)\/.*\.(ts|vue|mjs)$/.test(name));
const faults = [];
const counts = new Map();
for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
for (const [folder, count] of counts)
  if (count > MAX_FILES)
    faults.push(`${folder}/ has ${count} files; at most ${MAX_FILES}: move some of them to a new folder`);
for (const file of files) {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  if (lines.length > MAX_LINES && !REASON.test(lines.slice(0, REASON_LINES).join("\n")))
    faults.push(`${file} has ${lines.length} lines; over ${MAX_LINES} it needs a comment "Long because …" at its top`);
}
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
