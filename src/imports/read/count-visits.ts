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
import { join } from "node:path";
import type * as detecting from "./detect-dialect.ts";
import type * as reading from "./read-records.ts";
import type * as splitting from "./split-records.ts";

type Reader = typeof splitting & typeof reading & typeof detecting;

export type CountedReader = Reader & { visits: { count: number } };

/** Variables that hold bytes of the file. */
const READ = /(?<![\w.])((?:\w+\.)?(?:bytes|sample|head|table|text|window|words))\[/g;

/** @param change what to change in the source of split-records.ts, for controls */
export function loadCountedReader(change: (source: string) => string = (source) => source): CountedReader {
  const folder = join(mkdtempSync(join(tmpdir(), "skuport-visits-")), "read");
  mkdirSync(folder);
  for (const name of readdirSync(import.meta.dirname)) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const source = readFileSync(join(import.meta.dirname, name), "utf8");
    writeFileSync(join(folder, name), counted(name === "split-records.ts" ? change(source) : source));
  }
  writeFileSync(join(folder, "visits.ts"), "export const visits = { count: 0 };\n");
  const load = createRequire(join(folder, "visits.ts"));
  return {
    ...(load("./visits.ts") as Pick<CountedReader, "visits">),
    ...(load("./split-records.ts") as typeof splitting),
    ...(load("./read-records.ts") as typeof reading),
    ...(load("./detect-dialect.ts") as typeof detecting),
  };
}

const counted = (source: string): string =>
  `import { visits } from "./visits.ts";\n${source
    .replaceAll('from "../', `from "${join(import.meta.dirname, "..")}/`)
    .replace(READ, (_, variable: string) => `(visits.count += ${variable === "words" ? "4" : "1"}, ${variable})[`)}`;
