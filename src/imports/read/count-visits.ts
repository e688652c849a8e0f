// Test helper: the reader with a counter in each place that reads a byte of the file.
//
// The modules of this folder are copied to a temporary folder, with `bytes[i]` rewritten to `(visits.count += 1, bytes)[i]` (and
// 4 for `words[i]`, which reads four bytes at once), and loaded by Node itself. So the counted code is the production code, the
// production code has no counter, and the counted copy is compiled to machine code like the original: four megabytes take
// a fraction of a second. Native calls over a range (isUtf8, includes, toString) are not counted: each byte is in at most one
// window, record and field for each of them.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type * as detecting from "./detect/detect-dialect.ts";
import type * as reading from "./read-records.ts";
import type * as splitting from "./split-records.ts";

type Reader = typeof splitting & typeof reading & typeof detecting;

export type CountedReader = Reader & { visits: { count: number } };

const VISITS = "visits.ts";

/** Variables that hold bytes of the file. */
const READ = /(?<![\w.])((?:\w+\.)?(?:bytes|sample|head|table|text|window|words))\[/g;

/** @param change what to change in the source of split-records.ts, for controls */
export function loadCountedReader(change: (source: string) => string = (source) => source): CountedReader {
  const folder = join(mkdtempSync(join(tmpdir(), "skuport-visits-")), "read");
  mkdirSync(folder);
  writeFileSync(join(folder, VISITS), "export const visits = { count: 0 };\n");
  for (const name of readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const source = readFileSync(join(import.meta.dirname, name), "utf8");
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), counted(folder, name, name === "split-records.ts" ? change(source) : source));
  }
  const load = createRequire(join(folder, VISITS));
  return {
    ...(load(`./${VISITS}`) as Pick<CountedReader, "visits">),
    ...(load("./split-records.ts") as typeof splitting),
    ...(load("./read-records.ts") as typeof reading),
    ...(load("./detect/detect-dialect.ts") as typeof detecting),
  };
}

/** Imports of files outside this folder lead to the originals. */
function counted(folder: string, name: string, source: string): string {
  const originalFolder = join(import.meta.dirname, dirname(name));
  const text = source
    .replace(/from "(\.\.?\/[^"]*)"/g, (given, path: string) => {
      const target = join(originalFolder, path);
      return relative(import.meta.dirname, target).startsWith("..") ? `from "${target}"` : given;
    })
    .replace(READ, (_, variable: string) => `(visits.count += ${variable === "words" ? "4" : "1"}, ${variable})[`);
  return `import { visits } from "${join(folder, VISITS)}";\n${text}`;
}
