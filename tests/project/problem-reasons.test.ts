// Tests that problems of files and mappings name their reason, because a client chooses its text in another language by the reason: the text for the
// slug alone, such as "unsupported-file", does not describe the fault.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../src");
/** In these folders, every problem has a reason. In all other folders, every problem of a mapping has one. */
const FOLDERS = ["read/tree", "read/xml", "read/json", "mapping", "shape"].map((name) => join("imports", name, "/"));
const CALL = /\b(?:new Problem|invalidMapping)\(/g;

/** Returns the text of the call whose arguments begin at `from`. Parentheses in texts are balanced too. */
function callAt(source: string, from: number): string {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    if (source[at] === "(") depth++;
    if (source[at] === ")" && --depth === 0) return source.slice(from, at + 1);
  }
  return source.slice(from);
}

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.endsWith("compile/invalid.ts"),
);

test("every problem of a mapping, and every problem of these folders, has a reason", () => {
  const calls = files.flatMap((name) => {
    const source = readFileSync(join(ROOT, name), "utf8");
    return [...source.matchAll(CALL)]
      .map(({ index, 0: start }) => ({ name, call: start + callAt(source, index + start.length - 1).slice(1) }))
      .filter(({ call }) => FOLDERS.some((folder) => name.startsWith(folder)) || call.includes("mapping-invalid"));
  });
  expect(calls.length).toBeGreaterThan(50);
  expect(calls.filter(({ call }) => !call.includes("because("))).toEqual([]);
});
