// docs/security.md lists the requirements of OWASP ASVS that tests prove. The title of such a test begins with the numbers of the
// requirements, as in "(7.2.4) a sign-in replaces the session".
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const TITLE = /["'`]\((\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*)\) /g;
const ROW = /^\| (\d+\.\d+\.\d+) +\| ([^|]+) \| ([^|]+) \|$/gm;

/** The test files whose titles name each requirement. */
const proved = new Map<string, Set<string>>();
for (const file of globSync("{src,contract,client,web,bench,tests}/**/*.test.ts", { cwd: ROOT }))
  for (const [, numbers = ""] of readFileSync(join(ROOT, file), "utf8").matchAll(TITLE))
    for (const number of numbers.split(", ")) proved.set(number, (proved.get(number) ?? new Set()).add(file));

const listed = [...readFileSync(join(ROOT, "docs/security.md"), "utf8").matchAll(ROW)].map(
  ([, number = "", requirement = "", files = ""]) => ({
    number,
    requirement,
    files: files.match(/[\w./-]+\.test\.ts/g) ?? [],
  }),
);

test("docs/security.md lists each requirement that the title of a test names, and no other", () => {
  expect(listed.length).toBeGreaterThan(20);
  expect(listed.map(({ number }) => number).sort()).toEqual([...proved.keys()].sort());
});

test("each listed requirement names its tests, and these tests name the requirement", () => {
  for (const { number, requirement, files } of listed) {
    expect([number, requirement.length > 5, files.length > 0]).toEqual([number, true, true]);
    for (const file of files) expect([number, file, proved.get(number)?.has(file)]).toEqual([number, file, true]);
  }
});
