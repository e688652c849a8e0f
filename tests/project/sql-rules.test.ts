// The SQL of the program follows the rules in CONTRIBUTING.md that a search can check.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "../../src");

async function linesMatching(pattern: RegExp): Promise<string[]> {
  const names = (await readdir(SOURCES, { recursive: true })).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const lines = (await readFile(join(SOURCES, name), "utf8")).split("\n");
      return lines.flatMap((line, i) => (pattern.test(line) ? [`${name}:${i + 1}`] : []));
    }),
  );
  return found.flat();
}

test("every subquery has columns", async () => {
  expect(await linesMatching(/\(select(?: from\b|\))/)).toEqual([]);
});

test("the process id of a backend to cancel has a type", async () => {
  expect(await linesMatching(/pg_(?:cancel|terminate)_backend\(\$\d+\)/)).toEqual([]);
});
