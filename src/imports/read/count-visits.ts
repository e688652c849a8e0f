// Test helper: loads the reader with a counter at every access to a byte of the file.
//
// It copies the modules of this folder to a temporary folder, rewrites `bytes[i]` to `(visits.count += 1, bytes)[i]` (adding 4 for
// `words[i]`, which reads four bytes at once), and loads the copies with Node. The counted code is therefore the production code,
// and it is compiled to machine code as well: four megabytes take a fraction of a second. Native calls over a range (isUtf8,
// includes, toString) are not counted; each of them visits a byte at most once per window, record and field.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type * as detecting from "./detect/detect-dialect.ts";
import type * as reading from "./read-records.ts";
import type * as preparing from "./splitter.ts";

type Reader = typeof preparing & typeof reading & typeof detecting;

export type CountedReader = Reader & { visits: { count: number } };

const VISITS = "visits.ts";

/** Matches accesses to the variables that hold bytes of the file. */
const READ = /(?<![\w.])((?:\w+\.)?(?:bytes|sample|head|table|text|window|words))\[/g;

/** @param patch changes the source of splitter.ts, for a control test that must fail */
export function loadCountedReader(patch: (source: string) => string = (source) => source): CountedReader {
  const temporary = mkdtempSync(join(tmpdir(), "skuport-visits-"));
  try {
    return loadFrom(join(temporary, "read"), patch);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function loadFrom(folder: string, patch: (source: string) => string): CountedReader {
  mkdirSync(folder);
  // The copies also import packages, which Node searches in node_modules.
  symlinkSync(join(import.meta.dirname, "../../../node_modules"), join(dirname(folder), "node_modules"));
  writeFileSync(join(folder, VISITS), "export const visits = { count: 0 };\n");
  for (const name of readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const source = readFileSync(join(import.meta.dirname, name), "utf8");
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), withCounter(folder, name, name === "splitter.ts" ? patch(source) : source));
  }
  const load = createRequire(join(folder, VISITS));
  return {
    ...(load(`./${VISITS}`) as Pick<CountedReader, "visits">),
    ...(load("./splitter.ts") as typeof preparing),
    ...(load("./read-records.ts") as typeof reading),
    ...(load("./detect/detect-dialect.ts") as typeof detecting),
  };
}

/** Returns a module's source with counters. Its imports of files outside this folder refer to the original files. */
function withCounter(folder: string, name: string, source: string): string {
  const originalFolder = join(import.meta.dirname, dirname(name));
  const text = source
    .replace(/from "(\.\.?\/[^"]*)"/g, (original, path: string) => {
      const target = join(originalFolder, path);
      return relative(import.meta.dirname, target).startsWith("..") ? `from "${target}"` : original;
    })
    .replace(READ, (_, variable: string) => `(visits.count += ${variable === "words" ? "4" : "1"}, ${variable})[`);
  return `import { visits } from "${join(folder, VISITS)}";\n${text}`;
}
